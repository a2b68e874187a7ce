"""Lists that answer while one types, and the order of a settings list by hand and by button."""

import re

import pytest
from playwright.sync_api import expect

from sales.models import Phase
from tests.browser.sale_page.bar import middle
from tests.factories import RelationFactory, SaleFactory


@pytest.fixture
def three(salesperson, customer, phases):
    """Three sales of one customer."""
    return [
        SaleFactory(subject=subject, owner=salesperson, customer=customer, phase=phases[percent])
        for subject, percent in (("Roof", 10), ("Floor", 50), ("Roof terrace", 75))
    ]


def test_list_follows_what_is_typed_and_so_does_the_address(desk, three):
    desk.goto("/sales/?status=open")
    rows = desk.locator("tbody tr")
    expect(rows).to_have_count(3)
    search = desk.get_by_role("searchbox")
    search.press_sequentially("roof")
    expect(rows).to_have_count(2)
    expect(desk).to_have_url(re.compile(r"[?&]q=roof\b"))
    expect(desk).to_have_url(re.compile(r"[?&]status=open\b"))
    expect(search).to_be_focused()
    expect(search).to_have_value("roof")
    desk.get_by_label("Phase").select_option("Negotiation")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("Roof terrace")

    rows.get_by_role("link").first.click()
    expect(desk.get_by_role("heading", level=1)).to_have_text("Roof terrace")
    desk.go_back()
    expect(rows).to_have_count(1)
    expect(desk.get_by_role("searchbox")).to_have_value("roof")
    expect(desk.get_by_role("main")).to_be_visible()


@pytest.mark.parametrize(
    ("address", "label", "choice", "word"),
    [
        ("/sales/?status=open", "Phase", "Negotiation", "phase"), ("/sales/board/", "Owner", "Sanne de Wit", "owner"),
        ("/projects/", "Status", "Closed", "status"), ("/invoices/", "Status", "Draft", "status"),
    ],
)  # fmt: skip
def test_what_is_chosen_while_an_answer_is_on_its_way_counts(desk, three, address, label, choice, word):
    desk.goto(address)
    held, asked = [], re.compile(r"[?&]q=roof\b")
    desk.route(asked, lambda route: held.append(route) if not held else route.continue_())
    with desk.expect_request(asked):
        desk.get_by_role("searchbox").first.fill("roof")
    desk.get_by_role("main").get_by_role("combobox", name=label).first.select_option(choice)
    desk.evaluate("fetch('/healthz').then((answer) => answer.ok)")
    held[0].continue_()
    expect(desk).to_have_url(re.compile(rf"[?&]{word}=\w+"))
    expect(desk).to_have_url(asked)


def test_filter_dialog_leads_to_the_list(desk, three):
    desk.goto("/sales/?status=open")
    desk.get_by_role("link", name="More filters").click()
    dialog = desk.get_by_role("dialog")
    dialog.get_by_role("group", name="Phase").get_by_label("Proposal").check()
    dialog.get_by_role("button", name="Show sales").click()
    expect(desk.locator("tbody tr")).to_have_count(1)
    expect(desk.locator("tbody")).to_contain_text("Floor")
    expect(desk.locator(".chips")).to_contain_text("Phase: Proposal")


def test_escape_shuts_the_filter_dialog_whatever_is_searched_for(desk, three):
    desk.goto("/sales/?q=roof")
    desk.get_by_role("link", name="More filters").click()
    dialog = desk.get_by_role("dialog")
    expect(dialog.get_by_label("Subject or customer")).to_be_focused()
    desk.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(desk.get_by_role("link", name="More filters")).to_be_focused()


def test_relations_follow_what_is_typed(desk, customer):
    RelationFactory(name="Alpha"), RelationFactory(name="Beta")
    desk.goto("/relations/")
    expect(desk.locator("tbody tr")).to_have_count(3)
    desk.get_by_role("searchbox").press_sequentially("alp")
    expect(desk.locator("tbody tr")).to_have_count(1)
    expect(desk).to_have_url(re.compile(r"[?&]q=alp\b"))


def order() -> list[str]:
    """The phases as the database orders them."""
    return list(Phase.objects.values_list("name", flat=True))


def test_phases_are_reordered_by_buttons(office):
    office.goto("/settings/sales/phases/")
    office.get_by_role("button", name="Move Proposal up").click()
    expect(office.locator("[data-id] .name").nth(1)).to_contain_text("Proposal")
    assert order() == ["Introduction", "Proposal", "Presentation", "Negotiation", "Order"]


def test_phases_are_reordered_by_dragging(office, phases):
    office.goto("/settings/sales/phases/")
    rows = office.locator("[data-id]")
    start, end = middle(rows.nth(0).locator("[data-handle]")), rows.nth(2).bounding_box()
    office.mouse.move(*start)
    office.mouse.down()
    office.mouse.move(start[0], end["y"] + end["height"] - 4, steps=12)
    with office.expect_response(lambda response: response.request.method == "POST"):
        office.mouse.up()
    expect(rows.nth(2).locator(".name")).to_contain_text("Introduction")
    assert order() == ["Presentation", "Proposal", "Introduction", "Negotiation", "Order"]


def test_phase_is_edited_in_the_dialog_after_a_preview(office, three, phases):
    office.goto("/settings/sales/phases/")
    office.get_by_role("link", name="Proposal", exact=True).click()
    dialog = office.get_by_role("dialog")
    dialog.get_by_label("Probability").fill("60")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_contain_text("€ 600.00")
    dialog.locator("button[value=open]").click()
    expect(office.locator(".toast")).to_contain_text("1 open sale follows.")
    three[1].refresh_from_db()
    assert (Phase.objects.get(pk=phases[50].pk).probability, three[1].probability) == (60, 60)


def test_address_holds_only_what_was_filled_in(desk, three, phases):
    desk.goto("/sales/?status=open")
    desk.get_by_role("searchbox").press_sequentially("roof")
    expect(desk).to_have_url(re.compile(r"/sales/\?status=open&q=roof$"))
    desk.get_by_label("Phase").select_option("Negotiation")
    expect(desk).to_have_url(re.compile(rf"/sales/\?status=open&q=roof&phase={phases[75].pk}$"))
    desk.get_by_role("searchbox").fill("")
    expect(desk).to_have_url(re.compile(rf"/sales/\?status=open&phase={phases[75].pk}$"))
    desk.goto("/sales/board/")
    desk.get_by_role("searchbox").press_sequentially("floor")
    expect(desk).to_have_url(re.compile(r"/sales/board/\?q=floor$"))
    desk.get_by_role("searchbox").fill("")
    expect(desk).to_have_url(re.compile(r"/sales/board/$"))
    desk.goto("/relations/")
    desk.get_by_role("searchbox").press_sequentially("x")
    expect(desk).to_have_url(re.compile(r"/relations/\?q=x$"))
