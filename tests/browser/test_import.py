"""An import by mouse: from the file to the result and back, going on by itself; and without JavaScript."""

import pytest
from playwright.sync_api import expect

from sales.models import Sale
from tests.factories import RelationFactory, SaleFactory

ROWS = b"Onderwerp,Klant,Fase\nKraan,Van Dam Logistics,Halfway\nLoods,Onbekend,Halfway\n"


@pytest.fixture
def office_of_manager(page, context, log_in, manager):
    log_in(context, manager)
    return page


def choose_file(page, content=ROWS):
    page.goto("/sales/imports/")
    page.get_by_role("link", name="Import a file").click()
    page.get_by_label("File").set_input_files({"name": "Sales.csv", "mimeType": "text/csv", "buffer": content})
    page.get_by_role("button", name="Upload").click()


def test_a_file_goes_in_by_itself_and_comes_out_again(office_of_manager, customer):
    page = office_of_manager
    choose_file(page)
    expect(page.get_by_label("Onderwerp")).to_have_value("subject")
    page.get_by_role("button", name="Check every row").click()
    page.get_by_label("Halfway").select_option(label="Proposal (50 %)")
    page.get_by_role("button", name="Check every row").click()
    expect(page.get_by_text("“Onbekend” is not a relation yet.")).to_be_visible()
    assert Sale.objects.count() == 0
    page.get_by_role("button", name="Import 1 row").click()
    expect(page.get_by_role("link", name="Kraan")).to_be_visible()
    assert Sale.objects.get().probability == 50
    page.get_by_role("link", name="Undo…").click()
    page.get_by_role("button", name="Undo the import").click()
    expect(page.get_by_text("everything is as it was before")).to_be_visible()
    assert Sale.objects.untrashed().count() == 0


def test_import_without_javascript(browser, browser_context_args, log_in, manager, customer, watch):
    context = watch(browser.new_context(**browser_context_args, java_script_enabled=False))
    log_in(context, manager)
    sale = SaleFactory(pk=4711, subject="Kade", customer=RelationFactory(name="Bos"))  # not one that counts the rows
    page = context.new_page()
    choose_file(page, b"Number,Subject,Customer\n4711,Andere kade,Bos\n")
    page.get_by_role("button", name="Check every row").click()
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Import 1 row").click()
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("heading", name="Sales.csv")).to_be_visible()
    expect(page.locator("ins")).to_have_text("Andere kade")
    page.get_by_role("link", name="Undo…").click()
    page.get_by_role("button", name="Undo the import").click()
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("everything is as it was before")).to_be_visible()
    sale.refresh_from_db()
    assert sale.subject == "Kade"
    context.close()
