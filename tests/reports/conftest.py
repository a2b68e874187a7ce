"""The eleven sales every figure of the forecast can be checked against, and a reader of its table."""

from datetime import date
from decimal import Decimal

import html5lib
import pytest

from tests.factories import RelationFactory, SaleFactory

TODAY = date(2026, 3, 15)
ELEVEN = {
    # subject: revenue, phase, probability, expected end, status, closed on
    "S1": ("12000.00", 50, 50, date(2026, 3, 20), "open", None),
    "S2": ("8000.00", 75, 75, date(2026, 3, 31), "open", None),
    "S3": ("20000.00", 25, 25, date(2026, 4, 2), "open", None),
    "S4": ("5500.50", 10, 10, None, "open", None),
    "S5": ("30000.00", 75, 60, date(2026, 4, 30), "open", None),
    "S6": ("1000.01", 50, 50, date(2026, 2, 28), "open", None),
    "S7": ("1000.01", 50, 50, date(2026, 1, 10), "open", None),
    "S8": ("15000.00", 50, 50, date(2026, 3, 31), "accepted", date(2026, 3, 10)),
    "S9": ("7000.00", 75, 75, date(2026, 3, 20), "lost", date(2026, 3, 5)),
    "S10": ("0.00", 100, 100, date(2026, 5, 1), "open", None),
    "S11": ("4000.00", 100, 100, date(2026, 5, 15), "open", None),
}


@pytest.fixture(autouse=True)
def frozen_day(settings):
    settings.TODAY = TODAY


@pytest.fixture
def eleven(salesperson, phases):
    """The sales S1 to S11 of one salesperson, by subject."""
    customer = RelationFactory(name="Bakker & Zn")
    return {
        subject: SaleFactory(
            subject=subject,
            owner=salesperson,
            customer=customer,
            phase=phases[phase],
            probability=probability,
            probability_by_hand=phase != probability,
            expected_revenue=Decimal(revenue),
            expected_end_date=end,
            status=status,
            closed_on=closed,
            follow_up="none" if status == "accepted" else "",
        )
        for subject, (revenue, phase, probability, end, status, closed) in ELEVEN.items()
    }


class Page:
    """The figures of a page, found by their data attributes."""

    def __init__(self, response):
        assert response.status_code == 200
        self.text = response.content.decode()
        self.tree = html5lib.parse(self.text, namespaceHTMLElements=False)

    def cells(self):
        """Every figure of the table: (row, column) -> (amount, address of its list)."""
        by_place = {}
        for row in self.tree.iter("tr"):
            for cell in row.iter("td"):
                for data in cell.iter("data"):
                    link = next(cell.iter("a"))
                    key = (row.get("data-row"), cell.get("data-column"))
                    by_place[key] = (Decimal(data.get("value")), link.get("href"))
        return by_place

    def line(self, row):
        """The amounts of one row, by column, figures of nothing left out."""
        return {column: str(amount) for (key, column), (amount, _url) in self.cells().items() if key == row and amount}

    def columns(self):
        """The columns from left to right."""
        return [head.get("data-column") for head in self.tree.iter("th") if head.get("data-column")]


@pytest.fixture
def read():
    return Page
