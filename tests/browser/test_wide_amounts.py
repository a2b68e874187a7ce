"""Amounts of twelve digits: a page that shows money fits every window; what is wider scrolls in a box of its own."""

from decimal import Decimal

import pytest

from invoicing.models import Invoice, InvoiceLine
from projects.models import Service
from sales.models import Sale, SaleLine
from tests.browser.test_every_page import report, sideways
from tests.filled import fill

SIZES = [(1280, 900), (768, 900), (390, 844), (320, 640)]
PAGES = [
    "sales:list", "sales:board", "sales:detail", "sales:lines", "sales:day", "sales:trash", "reports:start",
    "reports:forecast", "reports:kpis", "reports:won-lost", "reports:sources", "invoicing:list", "invoicing:detail",
    "invoicing:edit", "invoicing:issue", "invoicing:print", "projects:list", "projects:detail", "projects:services",
    "relations:detail",
]  # fmt: skip
CUT_OFF = """() => [...document.querySelectorAll(":is(.figures, .stat) data")]
    .filter(figure => {
        const [inner, outer] = [figure, figure.closest(".figures, .stat")].map(box => box.getBoundingClientRect());
        return inner.right > outer.right;
    })
    .map(figure => `cut off: ${figure.outerHTML}`)"""


@pytest.fixture
def world(transactional_db):
    """The filled company, after a very good year."""
    return fill()


@pytest.mark.parametrize("amount", ["999999999999.99", "9999999.99"])
def test_no_page_is_wider_than_the_window(page, context, world, log_in_as, amount):
    worth = {"unit_price": Decimal(amount)}
    Sale.objects.update(expected_revenue=Decimal(amount))
    SaleLine.objects.update(quantity=1, **worth)
    Service.objects.update(quantity=1, **worth)
    drafts = Invoice.objects.drafts()
    InvoiceLine.objects.filter(invoice__in=drafts).update(quantity=1, **worth)
    drafts.update(total_excluding_vat=Decimal(amount), total_including_vat=Decimal(amount))
    log_in_as(context, world.users["manager"])
    faults = {}
    for name in PAGES:
        page.goto(world.address(name))
        page.wait_for_function("() => !document.querySelector('.htmx-request')")
        for size in SIZES:
            faults[f"{name} at {size[0]}"] = [*sideways(page, size), *page.evaluate(CUT_OFF)]
    assert report(faults) == ""
