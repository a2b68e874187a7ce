"""Keys: they go where the sheet says, never while one types, and can be switched off."""

import re

from playwright.sync_api import expect

from sales.models import Sale
from salescrm.help.shortcuts import SHORTCUTS
from tests.factories import SaleFactory


def test_keys_go_somewhere(desk, sale):
    desk.goto("/")
    for keys, place in (
        ("gs", "/sales/?status=open"),
        ("gb", "/sales/board/"),
        ("gr", "/relations/"),
        ("n", "/sales/new/"),
    ):
        for key in keys:
            desk.keyboard.press(key)
        expect(desk).to_have_url(re.compile(re.escape(place)))
        desk.wait_for_load_state()  # its modules listen


def test_keys_of_a_sale(desk, sale):
    desk.goto(f"/sales/{sale.pk}/")
    desk.keyboard.press("m")
    expect(desk.locator("[data-phase][aria-current=step]")).to_be_focused()
    desk.keyboard.press("l")
    expect(desk.get_by_role("dialog")).to_be_visible()
    desk.get_by_role("dialog").locator("button").first.focus()
    desk.keyboard.press("a")  # not while a dialog is open
    expect(desk.get_by_role("dialog")).to_contain_text("Lost")
    desk.keyboard.press("Escape")
    expect(desk.get_by_role("dialog")).to_have_count(0)
    desk.keyboard.press("e")
    expect(desk).to_have_url(re.compile("/edit/$"))
    assert Sale.objects.get(pk=sale.pk).version == 1


def test_typing_is_typing(desk, sale):
    desk.goto("/sales/new/")
    subject = desk.get_by_label("Subject")
    subject.press_sequentially("gs n / ?")
    expect(subject).to_have_value("gs n / ?")
    expect(desk).to_have_url(re.compile("/sales/new/$"))


def test_the_sheet_opens_and_switches_keys_off(desk, sale):
    desk.goto(f"/sales/{sale.pk}/")
    desk.keyboard.press("?")
    sheet = desk.get_by_role("dialog")
    expect(sheet).to_contain_text("What the keys do")
    sheet.get_by_label("Use keys without Ctrl on this computer").uncheck()
    sheet.get_by_role("link", name="Close").click()
    desk.reload()
    desk.keyboard.press("e")
    desk.keyboard.press("Control+k")
    expect(desk.get_by_role("combobox", name="Search everything")).to_be_focused()
    expect(desk).to_have_url(re.compile(f"/sales/{sale.pk}/$"))


def keys_on(page):
    """Every key that does something on this page."""
    return sorted(page.locator("[data-key]").evaluate_all("all => all.map(one => one.dataset.key)"))


def test_every_key_of_the_sheet_is_on_the_page_of_a_sale(desk, sale, salesperson, customer):
    for amount in (90_000, 1):
        SaleFactory(owner=salesperson, customer=customer, expected_revenue=amount)
    desk.goto("/sales/?sort=-amount")
    desk.get_by_role("link", name=sale.subject).click()
    expect(desk.locator("[data-trail]")).to_contain_text("2 / 3")
    assert keys_on(desk) == sorted(shortcut.keys for shortcut in SHORTCUTS.values())


def test_keys_to_the_neighbours_do_nothing_on_a_sale_that_was_opened_from_no_list(desk, sale):
    desk.goto(f"/sales/{sale.pk}/")
    expect(desk.locator("[data-trail]")).to_have_count(0)
    assert keys_on(desk) == sorted({shortcut.keys for shortcut in SHORTCUTS.values()} - {"j", "k"})
