"""Amounts in euro: how they are written and how they are read (rule 20)."""

import re
from decimal import ROUND_HALF_UP, Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

CENT = Decimal("0.01")
TO_DUTCH = str.maketrans(",.", ".,")
EXAMPLES = {"nl": "1.234,56", "en": "1,234.56"}

_GROUPED = r"[1-9][0-9]{{0,2}}(?:{group}[0-9]{{3}})+(?:{point}[0-9]{{1,2}})?"
_READABLE = {
    "nl": re.compile(_GROUPED.format(group=r"\.", point=",")),
    "en": re.compile(_GROUPED.format(group=",", point=r"\.")),
}
_PLAIN = re.compile(r"[0-9]+|[0-9]*[.,][0-9]{1,2}")
_SIGN_AND_EURO = re.compile(r"(?P<sign>[-\u2212]?)(?:€|EUR)?(?P<sign_after>[-\u2212]?)(?P<digits>[0-9.,]+)(?:€|EUR)?")


def written_in(language: str | None) -> str:
    """The way of writing numbers that belongs to a language: Dutch for Dutch, else English."""
    return "nl" if (language or "").startswith("nl") else "en"


def round_money(amount: Decimal | int) -> Decimal:
    """To whole cents, half away from zero; never a negative zero."""
    return Decimal(amount).quantize(CENT, ROUND_HALF_UP) + 0


def format_number(number: Decimal | int, language: str | None) -> str:
    """Digits grouped per thousand as the language does; keeps the decimals it is given."""
    text = f"{number:,}"
    return text.translate(TO_DUTCH) if written_in(language) == "nl" else text


def format_money_bare(amount: Decimal | int, language: str | None) -> str:
    """`12.000,00` in Dutch, `12,000.00` in English: two decimals, rounded half up."""
    return format_number(round_money(amount), language)


def format_money(amount: Decimal | int, language: str | None) -> str:
    """`€ 12.000,00` in Dutch, `€ 12,000.00` in English; the sign stands in front of the euro."""
    text = format_money_bare(amount, language)
    return f"-€ {text[1:]}" if text.startswith("-") else f"€ {text}"


def parse_money(text: str, language: str | None) -> Decimal:
    """The amount a person wrote (rule 20); anything that could mean two things is refused with an example."""
    style = written_in(language)
    found = _SIGN_AND_EURO.fullmatch("".join(text.split()))
    if not found or (found["sign"] and found["sign_after"]):
        raise _unreadable(style)
    digits = found["digits"]
    if _PLAIN.fullmatch(digits):
        digits = digits.replace(",", ".")
    elif _READABLE[style].fullmatch(digits):
        digits = (digits.translate(TO_DUTCH) if style == "nl" else digits).replace(",", "")
    else:
        raise _unreadable(style)
    amount = Decimal(digits)
    return -amount if (found["sign"] or found["sign_after"]) and amount else amount


def _unreadable(style: str) -> ValidationError:
    return ValidationError(
        _("Enter an amount, for example %(example)s."),
        code="invalid",
        params={"example": EXAMPLES[style]},
    )
