"""Amounts in euro: how they are written and how they are read (rule 20)."""

import re
from decimal import ROUND_HALF_UP, Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

CENT, PRICE = Decimal("0.01"), Decimal("0.0001")
LONGEST = 100  # characters of an amount: a number of a million digits is one that nothing can be done with
TO_DUTCH = str.maketrans(",.", ".,")
EXAMPLES = {"nl": "1.234,56", "en": "1,234.56"}
MARKS = {"nl": (",", "."), "en": (".", ",")}  # what stands before decimals, and between thousands

_DASH = "[-\u2010-\u2015\u2212]"
_TYPED = re.compile(
    rf"(?P<sign>[-\u2212]?)(?:€|EUR)?(?P<sign_after>[-\u2212]?)(?P<digits>[.,]?[0-9](?:[0-9.,]*[0-9])?)"
    rf"(?:(?P<whole>[.,])(?:{_DASH}{{1,2}}|=)|(?P<thousands>[kK]))?(?:€|EUR)?"
)
_ONE_MARK = re.compile(r"(?P<whole>[0-9]*)(?P<mark>[.,])(?P<rest>[0-9]+)")
_GROUPED = {mark: re.compile(rf"[0-9]+|[1-9][0-9]{{0,2}}(?:\{mark}[0-9]{{3}})+") for mark in ".,"}


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
    return _with_euro(format_money_bare(amount, language))


def _with_euro(text: str) -> str:
    return f"-€ {text[1:]}" if text.startswith("-") else f"€ {text}"


def round_price(price: Decimal | int) -> Decimal:
    """To four decimals, half away from zero, without the zeros behind its cents: 19.99, 0.335."""
    exact = Decimal(price).quantize(PRICE, ROUND_HALF_UP)
    cents = round_money(exact)
    return cents if cents == exact else exact.normalize()


def format_price_bare(price: Decimal | int, language: str | None) -> str:
    """`19,99` and `0,335` in Dutch: a unit price has two to four decimals."""
    return format_number(round_price(price), language)


def format_price(price: Decimal | int, language: str | None) -> str:
    """As `format_price_bare`, with the euro."""
    return _with_euro(format_price_bare(price, language))


def parse_money(text: str, language: str | None, *, places: int = 2) -> Decimal:
    """The amount a person wrote (rule 20), of a unit price with up to four `places`.

    "1.250,-" is whole euros and "12k" twelve thousand. Anything that could mean two things is refused with an example:
    "-,50" is fifty cents on a price tag and minus fifty cents elsewhere.
    """
    style = written_in(language)
    typed = _TYPED.fullmatch("".join(text.split())) if len(text) <= LONGEST else None
    if not typed or (typed["sign"] and typed["sign_after"]):
        raise _unreadable(style)
    digits, sign = typed["digits"], typed["sign"] or typed["sign_after"]
    if sign and digits[0] in ".," and (typed["sign_after"] or typed.start("digits") == 1):
        raise _unreadable(style)
    if typed["whole"]:  # says what separates the thousands, whatever the language
        plain = _ungrouped(digits, "." if typed["whole"] == "," else ",")
    else:
        plain = _plain(digits, style, places)
    if not plain:
        raise _unreadable(style)
    amount = Decimal(plain) * (1000 if typed["thousands"] else 1)
    return -amount if sign and amount else amount


def _plain(digits: str, style: str, places: int) -> str:
    """The digits with a decimal point or none; "" where they are no number of this language."""
    point, group = MARKS[style]
    one = _ONE_MARK.fullmatch(digits)
    groups = one and len(one["rest"]) == 3 and one["mark"] == group and one["whole"].strip("0")  # 0.335 groups nothing
    if one and not groups:
        return f"{one['whole']}.{one['rest']}" if len(one["rest"]) <= places else ""
    whole, mark, rest = digits.partition(point)
    plain = _ungrouped(whole, group)
    if not mark or not plain:
        return plain
    return f"{plain}.{rest}" if rest.isdigit() and len(rest) <= places else ""


def _ungrouped(digits: str, group: str) -> str:
    """Whole euros without what separates their thousands; "" where it stands wrong."""
    return digits.replace(group, "") if _GROUPED[group].fullmatch(digits) else ""


def _unreadable(style: str) -> ValidationError:
    return ValidationError(
        _("Enter an amount, for example %(example)s."),
        code="invalid",
        params={"example": EXAMPLES[style]},
    )
