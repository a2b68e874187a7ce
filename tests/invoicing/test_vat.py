"""VAT per rate group (rule 22)."""

from decimal import ROUND_HALF_UP, Decimal

from hypothesis import given
from hypothesis import strategies as st

from invoicing.lines import line_amount
from invoicing.models import VatRate
from invoicing.vat import VatGroup, totals

HIGH = VatRate(name="21 %", percent=Decimal("21"))
LOW = VatRate(name="9 %", percent=Decimal("9.00"))
ZERO = VatRate(name="0 %", percent=Decimal("0"))
EXEMPT = VatRate(name="Exempt", percent=Decimal("0"), category="exempt")
REVERSE = VatRate(name="Reverse charged", percent=Decimal("0"), category="reverse")
RATES = [HIGH, LOW, ZERO, EXEMPT, REVERSE]

amounts = st.decimals(min_value=-1_000_000, max_value=1_000_000, places=2)
invoices = st.lists(st.tuples(amounts, st.sampled_from(RATES)), max_size=30)


def test_vat_is_rounded_once_per_group():
    sums = totals([(Decimal("0.33"), HIGH), (Decimal("0.33"), HIGH), (Decimal("0.33"), HIGH), (Decimal("10.06"), LOW)])
    assert sums.groups == (
        VatGroup("standard", Decimal("21"), Decimal("0.99"), Decimal("0.21")),
        VatGroup("standard", Decimal("9.00"), Decimal("10.06"), Decimal("0.91")),
    )
    assert (sums.excluding, sums.vat, sums.including) == (Decimal("11.05"), Decimal("1.12"), Decimal("12.17"))


def test_vat_rounds_half_up():
    assert totals([(Decimal("0.50"), LOW)]).vat == Decimal("0.05")
    assert totals([(Decimal("0.50"), VatRate(percent=Decimal("1")))]).vat == Decimal("0.01")
    assert totals([(Decimal("2.50"), VatRate(percent=Decimal("1")))]).vat == Decimal("0.03")


def test_zero_exempt_and_reverse_charged_are_groups_of_their_own_in_fixed_order():
    sums = totals([(Decimal("1"), REVERSE), (Decimal("2"), EXEMPT), (Decimal("4"), ZERO), (Decimal("8"), HIGH)])
    assert [(group.category, group.percent, group.base) for group in sums.groups] == [
        ("standard", Decimal("21"), Decimal("8")),
        ("standard", Decimal("0"), Decimal("4")),
        ("exempt", Decimal("0"), Decimal("2")),
        ("reverse", Decimal("0"), Decimal("1")),
    ]
    assert sums.vat == Decimal("1.68")


def test_two_rates_of_the_same_percentage_are_one_group():
    other = VatRate(name="High", percent=Decimal("21.00"))
    assert len(totals([(Decimal("1"), HIGH), (Decimal("2"), other)]).groups) == 1


def test_line_amount_rounds_half_up():
    assert line_amount(Decimal("1.5"), Decimal("0.33")) == Decimal("0.50")
    assert line_amount(Decimal("-1.5"), Decimal("0.33")) == Decimal("-0.50")


@given(invoices)
def test_totals_hold_every_line_once_and_one_rounding_per_group(lines):
    sums = totals(lines)
    assert sums.excluding == sum((amount for amount, _rate in lines), Decimal(0))
    assert sums.including == sums.excluding + sums.vat
    assert sums.vat == sum((group.vat for group in sums.groups), Decimal(0))
    for group in sums.groups:
        exact = group.base * group.percent / 100
        assert group.vat == exact.quantize(Decimal("0.01"), ROUND_HALF_UP)
        assert abs(group.vat - exact) <= Decimal("0.005")


@given(invoices, st.randoms())
def test_totals_do_not_depend_on_the_order_of_lines(lines, random):
    shuffled = random.sample(lines, len(lines))
    assert totals(shuffled) == totals(lines)
