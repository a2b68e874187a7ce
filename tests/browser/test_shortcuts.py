"""Keys: they go where the sheet says, never while one types, and can be switched off."""

import re

import pytest
from playwright.sync_api import expect

from sales.models import Sale
from salescrm.shortcuts import SHORTCUTS


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


@pytest.mark.parametrize("address", ["/sales/{}/"])
def test_every_key_of_the_sheet_is_on_the_page_of_a_sale(desk, sale, address):
    desk.goto(address.format(sale.pk))
    on_page = set(desk.locator("[data-key]").evaluate_all("all => all.map(one => one.dataset.key)"))
    assert on_page == {shortcut.keys for shortcut in SHORTCUTS.values()}
    for keys in on_page:
        assert desk.locator(f'[data-key="{keys}"]').count() == 1
