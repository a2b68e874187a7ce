"""VAT per rate group, on the group's sum, rounded once per group, half up (rule 22)."""

from collections.abc import Iterable
from decimal import Decimal
from itertools import groupby
from typing import NamedTuple

from invoicing.models import VatRate
from salescrm.money import round_money

ORDER = {VatRate.Category.STANDARD: 0, VatRate.Category.EXEMPT: 1, VatRate.Category.REVERSE: 2}


class VatGroup(NamedTuple):
    """All lines of one rate: 21, 9, 0, exempt, reverse charged."""

    category: str
    percent: Decimal
    base: Decimal
    vat: Decimal


class Totals(NamedTuple):
    """What an invoice adds up to."""

    groups: tuple[VatGroup, ...]
    excluding: Decimal
    vat: Decimal
    including: Decimal


def totals(lines: Iterable[tuple[Decimal, VatRate]]) -> Totals:
    """Group pairs of line amount (in cents, excluding VAT) and rate; the highest rate comes first."""
    amounts = sorted(((_kind(rate), amount) for amount, rate in lines), key=lambda pair: pair[0])
    groups = tuple(
        _group(kind, sum((amount for _kind, amount in pairs), Decimal(0)))
        for kind, pairs in groupby(amounts, key=lambda pair: pair[0])
    )
    excluding = sum((group.base for group in groups), Decimal(0))
    vat = sum((group.vat for group in groups), Decimal(0))
    return Totals(groups, excluding, vat, excluding + vat)


def _kind(rate: VatRate) -> tuple[int, Decimal, str]:
    return ORDER[VatRate.Category(rate.category)], -Decimal(rate.percent), str(rate.category)


def _group(kind: tuple[int, Decimal, str], base: Decimal) -> VatGroup:
    _order, negative, category = kind
    return VatGroup(category, abs(negative), base, round_money(base * abs(negative) / 100))
