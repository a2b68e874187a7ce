"""Duplicates while one types, choosing the known one instead, and merging with and without JavaScript."""

import re

import pytest
from playwright.sync_api import expect

from relations.models import Relation, RelationType
from relations.saving import create_relation
from sales.models import Sale
from tests.factories import SaleFactory


@pytest.fixture
def acme(company, manager):
    """A relation of the kind one adds twice."""
    values = {"name": "Acme B.V.", "coc_number": "12345678", "relation_type": RelationType.objects.proposed()}
    return create_relation(kind="organization", values=values, by=manager, token=None)


@pytest.fixture
def boss(page, context, log_in, manager):
    """The page of a manager who has logged in."""
    log_in(context, manager)
    return page


def test_notice_comes_and_goes_while_one_types_and_does_not_stand_in_the_way(desk, acme):
    desk.goto("/relations/new/")
    notice = desk.locator(".likely .notice")
    expect(notice).to_have_count(0)
    desk.locator("[name=name]").press_sequentially("acme n.v.")
    expect(notice).to_contain_text("with another legal form")
    expect(notice).to_be_in_viewport()
    desk.get_by_label("KvK number").fill("12 34 56 78")
    expect(notice).to_contain_text("very probably known already")
    expect(desk.get_by_label("KvK number")).to_be_focused()
    expect(notice.get_by_role("link", name="Acme B.V.")).to_have_attribute("target", "_blank")
    desk.get_by_label("KvK number").fill("")
    desk.locator("[name=name]").fill("Quite different")
    expect(notice).to_have_count(0)
    desk.locator("[name=name]").fill("Acme N.V.")
    expect(notice).to_have_count(1)
    desk.get_by_role("button", name="Save").click()
    expect(desk.locator("h1")).to_have_text("Acme N.V.")
    assert Relation.objects.count() == 2


def test_who_is_quicker_than_the_notice_is_asked_once(desk, acme):
    desk.goto("/relations/new/")
    desk.route("**/relations/duplicates/**", lambda route: None)  # it never comes
    desk.locator("[name=name]").fill("Acme")
    desk.locator("[name=name]").press("Enter")
    desk.get_by_role("button", name="Add anyway").click()
    expect(desk.locator("h1")).to_have_text("Acme")


def test_known_one_is_chosen_in_the_picker_that_asked_for_a_new_one(desk, acme):
    desk.goto("/sales/new/")
    desk.get_by_role("combobox", name="Customer").fill("Acme Holding")
    desk.locator("main a[data-picker-new]").first.click()
    quick = desk.locator("#quick")
    expect(quick.locator("[name=name]")).to_have_value("Acme Holding")
    quick.locator("[name=name]").fill("Acme Holding B.V.")
    quick.get_by_role("button", name="Choose this one").click()
    expect(quick).not_to_be_visible()
    expect(desk.get_by_role("combobox", name="Customer")).to_have_value("Acme B.V.")
    desk.get_by_label("Subject").fill("Roof")
    desk.get_by_role("button", name="Create the sale").click()
    expect(desk.locator("h1")).to_have_text("Roof")
    assert Sale.objects.get().customer == acme


def merge_by_hand(page, acme, twin):
    page.goto(f"/relations/{acme.pk}/")
    page.get_by_role("link", name="Merge").click()
    page.locator("main [role=combobox]").fill(twin.number)
    page.get_by_role("option", name="Acme Nederland").click()
    page.get_by_role("button", name="Compare").click()
    page.get_by_role("radiogroup", name="Name").get_by_label("Acme Nederland").check()
    page.get_by_role("button", name="Merge").click()
    expect(page.locator("h1")).to_have_text("Acme Nederland")
    expect(page.get_by_role("main")).to_contain_text(f"formerly also {twin.number}")
    expect(page.get_by_role("main")).to_contain_text("Delft")


@pytest.fixture
def twin(acme, manager):
    """The same company, added again by somebody else."""
    values = {"name": "Acme Nederland", "city": "Delft", "relation_type": acme.relation_type}
    twin = create_relation(kind="organization", values=values, by=manager, token=None)
    SaleFactory(customer=twin, owner=manager)
    return twin


def test_merge_side_by_side(boss, acme, twin):
    merge_by_hand(boss, acme, twin)
    boss.goto(f"/relations/{twin.pk}/")
    expect(boss).to_have_url(re.compile(f"/relations/{acme.pk}/$"))
    assert Sale.objects.get().customer == acme


def test_merge_without_javascript(browser, browser_context_args, watch, log_in, manager, acme, twin):
    context = watch(browser.new_context(**browser_context_args, java_script_enabled=False))
    log_in(context, manager)
    page = context.new_page()
    page.goto(f"/relations/{acme.pk}/merge/")
    page.locator("main [role=combobox]").fill(twin.number)
    page.get_by_role("button", name="Compare").click()
    page.get_by_role("button", name="Merge").click()
    expect(page.locator("h1")).to_have_text("Acme B.V.")
    context.close()
    twin.refresh_from_db()
    assert twin.merged_into == acme


def test_duplicate_is_asked_about_without_javascript(browser, browser_context_args, log_in, manager, acme):
    context = browser.new_context(**browser_context_args, java_script_enabled=False)
    log_in(context, manager)
    page = context.new_page()
    page.goto("/relations/new/")
    page.locator("[name=name]").fill("ACME bv")
    page.get_by_label("City").fill("Ede")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".likely .notice")).to_contain_text("Acme B.V.")
    expect(page.get_by_role("button", name="Choose this one")).to_have_count(0)
    expect(page.get_by_label("City")).to_have_value("Ede")
    page.get_by_role("button", name="Add anyway").click()
    expect(page.locator("h1")).to_have_text("ACME bv")
    context.close()
