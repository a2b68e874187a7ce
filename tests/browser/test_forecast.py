"""The forecast on a screen that does not hold all its months."""

from datetime import timedelta
from decimal import Decimal

import pytest

from salescrm.calendar import today
from tests.factories import SaleFactory

EDGES = """() => [...document.querySelectorAll("thead [data-column]")].slice(-3).map((cell) => {
  const found = cell.getBoundingClientRect();
  return [cell.dataset.column, Math.round(found.left), Math.round(found.right)];
})"""
SHADED = """() => getComputedStyle(document.querySelector(".forecast-panel"), "::after").content !== "none" """


@pytest.mark.parametrize("revenue", ["80", "34567.89", "1234567.89", "12345678.90"])
@pytest.mark.parametrize("width", [1280, 1024])
def test_later_no_date_and_total_stay_in_sight(desk, salesperson, phases, revenue, width):
    amount = Decimal(revenue)
    for days in (None, *range(0, 421, 30)):
        end = None if days is None else today() + timedelta(days=days)
        SaleFactory(expected_revenue=amount, expected_end_date=end, phase=phases[75], owner=salesperson)
    desk.set_viewport_size({"width": width, "height": 900})

    desk.goto("/reports/forecast/?basis=full")

    shown = desk.evaluate(EDGES)
    assert [key for key, _left, _right in shown] == ["later", "none", "total"]
    ends = desk.locator(".forecast-panel").evaluate("panel => Math.round(panel.getBoundingClientRect().right)")
    assert abs(shown[-1][2] - ends) <= 2
    for (_key, _left, right), (_next, left, _right) in zip(shown, shown[1:], strict=False):
        assert abs(right - left) <= 1, shown  # side by side, neither over the other
    desk.wait_for_function(SHADED)

    desk.locator(".forecast-panel > .scroll").evaluate("box => box.scrollTo(box.scrollWidth, 0)")

    desk.wait_for_function(f"() => !({SHADED})()")
    for (_key, *before), (_same, *after) in zip(shown, desk.evaluate(EDGES), strict=True):
        assert all(abs(a - b) <= 1 for a, b in zip(before, after, strict=True)), shown  # to the pixel, however rounded


def test_nothing_hidden_has_no_shade(desk, salesperson, phases):
    SaleFactory(expected_revenue=Decimal("500"), expected_end_date=today(), phase=phases[75], owner=salesperson)

    desk.goto("/reports/forecast/?months=3")

    desk.wait_for_load_state("networkidle")
    assert not desk.evaluate(SHADED)
