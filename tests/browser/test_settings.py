"""Settings in a browser: order by dragging and by keys, the preview of a probability, without JavaScript."""

import re
from decimal import Decimal

import pytest
from playwright.sync_api import expect

from sales.models import Phase, Sale, Source
from tests.factories import SaleFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def settings_page(page, live_server, administrator):
    """A page on which the administrator is logged in: settings_page("sources/")."""
    administrator.set_password("kaas-en-brood-7")
    administrator.save()
    page.goto(f"{live_server.url}/accounts/login/?next=/settings/")
    page.fill("[name=username]", administrator.email)
    page.fill("[name=password]", "kaas-en-brood-7")
    page.click("button[data-kind=primary]")
    page.wait_for_url(re.compile("/settings/$"))

    def open_page(path):
        page.goto(f"{live_server.url}/settings/{path}")
        return page

    return open_page


def names():
    return list(Source.objects.values_list("name", flat=True))


def test_a_row_is_dragged_to_another_place(transactional_db, company, settings_page):
    page = settings_page("sales/sources/")
    before = names()
    grip, target = page.locator("[data-handle]").first.bounding_box(), page.locator("[data-id]").nth(2).bounding_box()
    page.mouse.move(grip["x"] + 5, grip["y"] + 5)
    page.mouse.down()
    page.mouse.move(grip["x"] + 5, target["y"] + target["height"] - 4, steps=8)
    with page.expect_response(re.compile("/order/")):
        page.mouse.up()
    expect(page.locator("[data-id] .name").nth(2)).to_contain_text(before[0])
    assert names() == [before[1], before[2], before[0], before[3]]


def test_a_row_is_moved_by_keys_and_keeps_the_focus(transactional_db, company, settings_page):
    page = settings_page("sales/sources/")
    before = names()
    page.locator("[name=up]").nth(2).focus()
    with page.expect_response(re.compile("/order/")):
        page.keyboard.press("Enter")
    expect(page.locator("[name=up]").nth(1)).to_be_focused()
    assert names() == [before[0], before[2], before[1], before[3]]


def test_another_probability_is_previewed_in_the_dialog(transactional_db, phases, settings_page):
    for amount in ("1000.00", "2000.00", "3000.01"):
        SaleFactory(phase=phases[50], expected_revenue=Decimal(amount))
    page = settings_page("sales/phases/")
    page.click("a[data-dialog]:has-text('Proposal')")
    page.fill("dialog [name=probability]", "60")
    page.click("dialog button:has-text('Save')")
    expect(page.locator("dialog")).to_contain_text("3 open sales")
    expect(page.locator("dialog data").nth(2)).to_have_attribute("value", "600.00")
    assert Phase.objects.get(pk=phases[50].pk).probability == 50
    page.click("dialog button:has-text('Open sales too')")
    expect(page.locator(".toast")).to_contain_text("3 open sales follow")
    assert set(Sale.objects.values_list("probability", flat=True)) == {60}


@pytest.mark.parametrize("browser_context_args", [{"java_script_enabled": False}], indirect=True)
def test_settings_work_without_javascript(transactional_db, company, settings_page):
    page = settings_page("sales/sources/")
    before = names()
    page.locator("[name=down]").first.click()
    expect(page.locator("[data-id] .name").first).to_contain_text(before[1])
    assert names() == [before[1], before[0], *before[2:]]
    page.click("a:has-text('New source')")
    page.fill("[name=name]", "Flyer")
    page.click("main button:has-text('Save')")
    expect(page.locator("[data-id]").last).to_contain_text("Flyer")


@pytest.fixture
def browser_context_args(browser_context_args, request):
    """Options of one test's browser, on top of the usual ones."""
    return {**browser_context_args, **getattr(request, "param", {})}
