"""Where the keyboard is after a page has come, and after a dialog has gone."""

import pytest
from playwright.sync_api import expect

from salescrm.mail import outbox
from tests.at_once import beside
from tests.factories import ProjectFactory, RelationFactory, SaleFactory
from tests.filled import fill


@pytest.mark.parametrize(
    ("address", "field"),
    [
        ("/sales/new/", "subject"), ("/sales/{sale}/edit/", "subject"), ("/sales/{sale}/lines/", "lines-0-description"),
        ("/sales/{sale}/duplicate/", "subject"), ("/sales/imports/new/", "file"), ("/sales/{sale}/lose/", "reason"),
        ("/relations/new/", "name"), ("/relations/{customer}/edit/", "name"), ("/projects/new/", "customer_text"),
        ("/relations/{customer}/merge/", "other_text"), ("/projects/{project}/edit/", "name"),
        ("/sales/{sale}/notes/new/", "text"),
    ],
)  # fmt: skip
def test_page_that_is_a_form_starts_in_its_first_field(page, context, log_in, administrator, sale, address, field):
    log_in(context, administrator)
    project = ProjectFactory(customer=sale.customer)
    page.goto(address.format(sale=sale.pk, customer=sale.customer_id, project=project.pk))
    expect(page.locator("main :focus")).to_have_attribute("name", field)


@pytest.mark.parametrize("address", ["/", "/sales/", "/sales/board/", "/sales/{sale}/", "/relations/", "/search/?q=x"])
def test_page_that_shows_something_does_not(desk, sale, address):
    desk.goto(address.format(sale=sale.pk), wait_until="load")
    expect(desk.locator("main :focus")).to_have_count(0)


@pytest.mark.parametrize("action", ["move", "owner", "end", "step", "lose"])
def test_dialog_of_a_button_gives_the_focus_back_to_it(desk, sale, action):
    desk.goto("/sales/")
    desk.locator("tr", has_text="Warehouse").get_by_role("checkbox").check()
    button = desk.locator(f"#bulk [value={action}]")
    button.click()
    expect(desk.get_by_role("dialog")).to_be_visible()
    desk.keyboard.press("Escape")
    expect(desk.get_by_role("dialog")).to_have_count(0)
    expect(button).to_be_focused()


def test_after_a_bulk_change_the_focus_is_on_the_first_row(desk, sale):
    SaleFactory(owner=sale.owner, subject="Shed", customer=RelationFactory())
    desk.goto("/sales/")
    desk.locator("tr", has_text="Warehouse").get_by_role("checkbox").check()
    desk.locator("#bulk [value=move]").click()
    dialog = desk.get_by_role("dialog")
    dialog.get_by_label("Phase").select_option("Proposal")
    dialog.get_by_role("button", name="Change 1 sale").click()
    expect(desk.locator(".toast")).to_contain_text("1 sale moved to Proposal.")
    expect(desk.locator("tbody input[type=checkbox]").first).to_be_focused()


@pytest.mark.parametrize("place", ["invoice", "test"])
def test_page_that_looks_again_by_itself_takes_no_focus_away(page, context, log_in_as, transactional_db, place):
    world = fill()
    administrator = world.users["administrator"]
    with beside() as other:
        other.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() + interval '1 day')")
    address, kind, record, name, question = {
        "invoice": (world.issued.get_absolute_url(), "invoice", world.issued.pk, "Do not send", "**/mail/"),
        "test": ("/settings/mail/test/", "test", administrator.pk, "Send me a test mail", "**/mail/test/"),
    }[place]
    outbox.post(kind, record, to="a@b.example", by=administrator)
    log_in_as(context, administrator)
    page.clock.install()
    page.goto(address)
    button = page.get_by_role("button", name=name)
    button.focus()
    with page.expect_response(question):
        page.clock.run_for(6000)
    expect(page.locator(".htmx-swapping, .htmx-request")).to_have_count(0)
    expect(button).to_be_focused()
