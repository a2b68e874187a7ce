"""The amounts of lines while one types: as people write them, in both languages."""

from decimal import Decimal

import pytest
from playwright.sync_api import expect

from tests.factories import LineFactory, SaleFactory


@pytest.mark.parametrize(
    ("language", "price", "amount", "total"),
    [
        ("en", "1,234.56", "2,469.12", "2,969.12"),
        ("nl", "1.234,56", "2.469,12", "2.969,12"),
        ("nl", "12,5025", "25,01", "525,01"),
        ("nl", "0,3375", "0,68", "500,68"),
        ("en", "0.3375", "0.68", "500.68"),
        ("nl", "12.505", "25.010,00", "25.510,00"),
        ("en", "12,505", "25,010.00", "25,510.00"),
        ("nl", "€ 1.250,-", "2.500,00", "3.000,00"),
        ("en", "1,250.--", "2,500.00", "3,000.00"),
        ("nl", "1,234.567", "", "500,00"),
    ],
)
def test_lines_add_up_while_typing(page, context, log_in, salesperson, language, price, amount, total):
    salesperson.language = language
    salesperson.save()
    sale = SaleFactory(owner=salesperson)
    for _line in range(2):
        LineFactory(sale=sale, quantity=2, unit_price=Decimal("250"))
    log_in(context, salesperson)
    page.goto(f"/sales/{sale.pk}/lines/")
    page.locator("input[name='lines-0-unit_price']").fill(price)
    expect(page.locator("[data-amount]").first).to_have_text(amount)
    expect(page.locator("[data-sum]")).to_have_text(total)
