"""Figures stand on one line, whatever their labels need, and nothing that belongs to them falls off it."""

from decimal import Decimal

import pytest

from sales.models import Sale

TOPS = "cells => [...new Set(cells.map((cell) => Math.round(cell.getBoundingClientRect().top)))]"
INSIDE = """cells => cells.every((cell) => {
  const room = cell.closest("div").getBoundingClientRect(), text = document.createRange();
  text.selectNodeContents(cell);
  return text.getBoundingClientRect().right <= room.right - 4;
})"""


@pytest.mark.parametrize(("path", "width"), [("/reports/kpis/", 1280), ("/", 1280), ("/", 1100)])
@pytest.mark.parametrize("language", ["en", "nl"])
def test_tiles_have_their_figures_on_one_line(desk, sale, salesperson, path, width, language):
    type(salesperson).objects.filter(pk=salesperson.pk).update(language=language)
    desk.set_viewport_size({"width": width, "height": 900})
    desk.goto(path)
    assert len(desk.locator(".stat > b").evaluate_all(TOPS)) == 1


@pytest.mark.parametrize("width", [1280, 1024, 390])
def test_large_amount_of_a_sale_leaves_room_and_its_pencil_stays_on_top(desk, sale, width):
    Sale.objects.update(expected_revenue=Decimal("1250000"))
    desk.set_viewport_size({"width": width, "height": 900})
    desk.goto(sale.get_absolute_url())
    figures = desk.locator(".figures dd")
    assert figures.locator("data").evaluate_all(INSIDE)
    if width > 390:
        assert len(figures.evaluate_all(TOPS)) == 1
    for place in figures.filter(has=desk.locator("[data-change]")).all():
        pencil, value = place.locator("[data-change]").bounding_box(), place.bounding_box()
        assert pencil["y"] < value["y"]
