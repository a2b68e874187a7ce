"""Many sales changed from the list, the trash and a duplicate, in a real browser and without JavaScript."""

from decimal import Decimal

import pytest
from playwright.sync_api import expect

from sales.models import Phase, Sale
from sales.transitions import lose
from tests.factories import LineFactory, RelationFactory, SaleFactory


@pytest.fixture
def sales(salesperson, customer):
    """Four open sales of € 1,000 and one that is lost, newest on top: Fence, Gate, Door, Roof, Wall (lost)."""
    found = {
        name: SaleFactory(owner=salesperson, subject=name, customer=customer, expected_revenue=Decimal(1000))
        for name in ("Wall", "Roof", "Door", "Gate", "Fence")
    }
    lose(found["Wall"], reason=None, lost_to=None, version=1, by=salesperson)
    return found


def tick(page, *names):
    for name in names:
        page.locator("tr", has_text=name).get_by_role("checkbox").check()


def phases_of(*names):
    return {str(phase) for phase in Phase.objects.filter(sales__subject__in=names)}


def test_three_rows_move_and_the_one_that_cannot_is_named_and_left_out(desk, sales):
    desk.goto("/sales/?q=Van+Dam")
    tick(desk, "Roof", "Door", "Wall")
    desk.locator("#bulk [value=move]").click()
    dialog = desk.get_by_role("dialog")
    dialog.get_by_label("Phase").select_option("Proposal")
    expect(dialog).to_contain_text("2 sales move to Proposal.")
    expect(dialog).to_contain_text("Weighted revenue from € 200.00 to € 1,000.00.")
    expect(dialog.get_by_role("link", name="Wall")).to_be_visible()
    expect(dialog).to_contain_text("This sale is lost. Reopen it first.")
    dialog.get_by_role("button", name="Leave it out, change the other 2").click()
    expect(desk.locator(".toast")).to_contain_text("2 sales moved to Proposal.")
    assert (desk.url.endswith("/sales/?q=Van+Dam"), phases_of("Roof", "Door")) == (True, {"Proposal"})
    assert phases_of("Gate", "Fence", "Wall") == {"Introduction"}


def test_keys_alone_close_two_sales_as_lost(desk, sales):
    desk.goto("/sales/?q=Van+Dam")
    for name in ("Gate", "Fence"):
        box = desk.locator("tr", has_text=name).get_by_role("checkbox")
        box.focus()
        desk.keyboard.press("Space")
    desk.locator("#bulk [value=lose]").focus()
    desk.keyboard.press("Enter")
    dialog = desk.get_by_role("dialog")
    expect(dialog.get_by_label("Reason lost")).to_be_focused()
    dialog.get_by_role("button", name="See what will happen").press("Enter")
    expect(dialog).to_contain_text("2 sales will be closed as lost.")
    expect(dialog.get_by_role("region", name="What will happen")).to_be_focused()
    dialog.get_by_role("button", name="Close 2 sales as lost").press("Enter")
    expect(desk.locator(".toast")).to_contain_text("2 sales are closed as lost.")
    assert set(Sale.objects.lost().values_list("subject", flat=True)) == {"Wall", "Gate", "Fence"}


def test_competitor_of_many_is_chosen_by_typing(desk, sales):
    rival = RelationFactory(name="Rival B")
    desk.goto("/sales/?q=Van+Dam")
    tick(desk, "Gate", "Fence")
    desk.locator("#bulk [value=lose]").click()
    dialog = desk.get_by_role("dialog")
    dialog.get_by_role("combobox", name="Lost to competitor").press_sequentially("riv")
    dialog.get_by_role("option", name="Rival B").click()
    dialog.get_by_role("button", name="See what will happen").click()
    dialog.get_by_role("button", name="Close 2 sales as lost").click()
    expect(desk.locator(".toast")).to_contain_text("2 sales are closed as lost.")
    assert set(Sale.objects.filter(lost_to=rival).values_list("subject", flat=True)) == {"Gate", "Fence"}


def test_escape_leaves_list_and_selection_as_they_were(desk, sales):
    desk.goto("/sales/?q=Van+Dam")
    tick(desk, "Roof", "Door")
    desk.locator("#bulk [value=owner]").click()
    expect(desk.get_by_role("dialog")).to_be_visible()
    desk.keyboard.press("Escape")
    expect(desk.get_by_role("dialog")).to_be_hidden()
    expect(desk.locator("tr", has_text="Roof").get_by_role("checkbox")).to_be_checked()


def test_sale_goes_to_the_trash_and_comes_back(page, context, log_in, manager, sale):
    log_in(context, manager)
    page.goto(f"/sales/{sale.pk}/")
    page.get_by_role("main").locator("details.more summary").first.click()
    page.get_by_role("link", name="Move to the trash").click()
    page.get_by_role("dialog").get_by_role("button", name="Move to the trash").click()
    expect(page.locator(".toast")).to_contain_text("“Warehouse” is in the trash.")
    page.goto("/sales/trash/")
    page.get_by_role("button", name="Restore Warehouse").click()
    expect(page.locator(".toast")).to_contain_text("“Warehouse” is back from the trash.")
    assert not Sale.objects.get().trashed


def test_duplicate_opens_from_the_menu_and_leads_to_the_copy(desk, sale):
    LineFactory(sale=sale, description="Dashboard")
    desk.goto(f"/sales/{sale.pk}/")
    desk.get_by_role("main").locator("details.more summary").first.click()
    desk.get_by_role("link", name="Duplicate").click()
    dialog = desk.get_by_role("dialog")
    expect(dialog.get_by_label("Subject")).to_have_value("Warehouse (copy)")
    dialog.get_by_role("button", name="Create the sale").click()
    expect(desk.get_by_role("heading", level=1)).to_have_text("Warehouse (copy)")
    expect(desk.get_by_role("main")).to_contain_text("Dashboard")


@pytest.fixture
def plain(browser, watch, log_in, salesperson):
    """A browser that runs no scripts."""
    context = watch(browser.new_context(java_script_enabled=False))
    log_in(context, salesperson)
    yield context.new_page()
    context.close()


def test_all_of_it_works_without_javascript(plain, sales, base_url):
    plain.goto(f"{base_url}/sales/?q=Van+Dam")
    tick(plain, "Roof", "Wall")
    plain.locator("#bulk [value=move]").click()
    plain.locator("#bulk-change [name=phase]").select_option("Order")
    plain.get_by_role("button", name="See what will happen").click()
    expect(plain.get_by_role("main")).to_contain_text("1 sale moves to Order.")
    plain.get_by_role("button", name="Leave it out, change the other one").click()
    expect(plain.get_by_role("main")).to_contain_text("1 sale moved to Order.")
    assert (phases_of("Roof"), phases_of("Wall")) == ({"Order"}, {"Introduction"})
    plain.goto(f"{base_url}/sales/{sales['Roof'].pk}/duplicate/")
    plain.get_by_role("button", name="Create the sale").click()
    expect(plain.get_by_role("heading", level=1)).to_have_text("Roof (copy)")
