"""Template language of the product: money, dates, numbers, icons and form fields. Registered as builtins.

Figures and dates are put together from digits and month names, so there is nothing in them to escape: a list of sales
shows hundreds.
"""

import re
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

from django import template
from django.forms import BoundField
from django.template import Context
from django.utils import timezone
from django.utils.dates import MONTHS_3
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import get_language
from heroicons.templatetags.heroicons import heroicon_outline

from salescrm.calendar import EARLIEST, LATEST, organisation_zone, today
from salescrm.help.shortcuts import SHORTCUTS
from salescrm.money import (
    format_money,
    format_number,
    format_price,
    format_price_bare,
    round_money,
    round_price,
    written_in,
)  # fmt: skip
from salescrm.toasts import offers_of
from salescrm.url_words import link

register = template.Library()
LINES = re.compile(r' (?:fill="none"|stroke(?:-\w+)?="[^"]*")')
THOUSANDS = re.compile(r"(?<=[.,])(?=\d{3})")
LONG = 10**7
EMPTY = format_html('<span class="muted">{}</span>', "–")
register.filter("offers", offers_of)


def data(value: Decimal, text: str) -> SafeString:
    """A figure that a machine can read as well; one of eight digits or more may break between its thousands."""
    return SafeString(f'<data value="{value}">{breaking(text) if abs(value) >= LONG else text}</data>')


def breaking(text: str) -> str:
    """With places to go on a new line before every three digits: no column is wide enough for twelve."""
    return THOUSANDS.sub("<wbr>", text)


@register.filter
def money(amount: Decimal | int | None) -> SafeString:
    """`<data value="12000.00">€ 12.000,00</data>`; unknown is a muted dash."""
    if amount is None or amount == "":
        return EMPTY
    return data(round_money(amount), format_money(amount, get_language()))


@register.filter
def money_bare(amount: Decimal | int | None) -> SafeString:
    """As `money` without the euro sign, for columns of figures."""
    if amount is None or amount == "":
        return EMPTY
    rounded = round_money(amount)
    return data(rounded, format_number(rounded, get_language()))


@register.filter
def price(amount: Decimal | int) -> SafeString:
    """A unit price with its two to four decimals: `<data value="0.335">€ 0,335</data>`."""
    return data(round_price(amount), format_price(amount, get_language()))


@register.filter
def price_bare(amount: Decimal | int) -> SafeString:
    """As `price` without the euro sign."""
    return data(round_price(amount), format_price_bare(amount, get_language()))


@register.filter
def price_text(amount: Decimal | int) -> str:
    """A unit price as bare text."""
    return format_price(amount, get_language())


@register.filter
def money_text(amount: Decimal | int | None) -> str:
    """The amount as bare text, for attributes and sentences."""
    return "–" if amount is None or amount == "" else format_money(amount, get_language())


@register.filter
def number(value: Decimal | int | None) -> str:
    """Digits grouped as the language does: `1.234` or `1,234`; trailing zeros of decimals fall off."""
    if value is None or value == "":
        return EMPTY
    if isinstance(value, Decimal):
        value = value.normalize() if value % 1 else int(value)
    return format_number(value, get_language())


@register.filter
def percent(value: Decimal | int | None) -> str:
    """`50 %`; unknown is a muted dash."""
    return EMPTY if value is None or value == "" else f"{number(value)} %"


@register.filter
def day(value: date | None) -> SafeString:
    """`<time datetime="2026-03-20">20 mrt 2026</time>`; a moment becomes its day in the active time zone."""
    if not value:
        return EMPTY
    if isinstance(value, datetime) and timezone.is_aware(value):
        value = timezone.localtime(value, organisation_zone())
    return SafeString(f'<time datetime="{value.isoformat()[:10]}">{_day_and_month(value)} {value.year:04}</time>')


@register.filter
def moment(value: datetime | None) -> SafeString:
    """`3 mrt 14:20` in the active time zone, with the year when it is not this one."""
    if not value:
        return EMPTY
    local = timezone.localtime(value, organisation_zone())
    year = "" if local.year == today().year else f" {local.year:04}"
    text = f"{_day_and_month(local)}{year} {local:%H:%M}"
    return SafeString(f'<time datetime="{local.isoformat(timespec="seconds")}">{text}</time>')


def _day_and_month(value: date) -> str:
    return f"{value.day} {_short_month(value.month, get_language())}"


@lru_cache(maxsize=64)
def _short_month(month: int, language: str | None) -> str:
    """Dutch writes mrt, English Mar."""
    name = str(MONTHS_3[month])
    return name if written_in(language) == "nl" else name.title()


@register.filter
def beginning(text: object, length: int) -> str:
    """So many characters of a text, with an ellipsis where there are more; what follows is not looked at.

    Django's own filter puts all of it in normal form first: of accents by the thousand that takes the square of their
    number.
    """
    return Truncator(str(text)[: 4 * length]).chars(length)


@register.filter
def initials(name: object) -> str:
    """First letters of the first and the last word: `Sanne de Wit` is SW."""
    words = str(name).split()
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


@register.filter
def breakable(address: str) -> SafeString:
    """An e-mail or web address that goes on a new line after its `@` or before a dot of its domain."""
    return SafeString(re.sub(r"(?<=@)|(?=\.)(?!.*@)", "<wbr>", conditional_escape(address)))


@register.filter
def phone(number: str) -> SafeString:
    """A phone number that is called by touching it, as it was written; what holds no digits is only words."""
    dialled = re.sub(r"[^\d+]", "", number.replace("(0)", "") if number.lstrip().startswith(("+", "00")) else number)
    escaped = conditional_escape(number)
    return SafeString(f'<a class="nowrap" href="tel:{dialled}">{escaped}</a>' if dialled else escaped)


@register.simple_tag
@lru_cache(maxsize=256)
def icon(name: str, size: int = 20) -> SafeString:
    """One of the heroicons in outline, hidden from screen readers: the words stand beside it.

    The style of its lines stands once in base.css, not in every icon: a page holds dozens.
    """
    drawn = heroicon_outline(str(name), size=size, aria_hidden="true")
    return SafeString(LINES.sub("", drawn).replace("\n", "").replace("  <path", "<path"))


@register.simple_tag
@lru_cache(maxsize=256)
def key(name: str) -> SafeString:
    """The attributes that give a link, button or field its keyboard shortcut."""
    keys = SHORTCUTS[name].keys
    spoken = {"/": "/ Control+K"}.get(keys, keys)
    attribute = "" if " " in keys else format_html(' aria-keyshortcuts="{}"', spoken)
    return format_html('data-key="{}"{}', keys, attribute)


@register.simple_tag
def within(kind: str = "date") -> SafeString:
    """The attributes that keep a picker of days, months or moments to the years of rule 20."""
    length, clock = {"month": (7, ("", "")), "date": (10, ("", "")), "moment": (10, ("T00:00", "T23:59"))}[kind]
    ends = [f"{end.isoformat()[:length]}{time}" for end, time in zip((EARLIEST, LATEST), clock, strict=True)]
    return SafeString('min="{}" max="{}"'.format(*ends))


@register.simple_tag
def field(bound_field: BoundField) -> SafeString:
    """A form field with its label, help and errors, each tied to the other."""
    return bound_field.as_field_group()


@register.simple_tag(takes_context=True)
def query_replace(context: Context, **changes: object) -> str:
    """The current page's query string with some words changed, removed (None or "") or repeated (a list)."""
    return link(context["request"].GET, **changes)


@register.simple_tag(takes_context=True)
def section(context: Context) -> str:
    """Where we are: the first word of the address (`sales`, `reports`), `start` for the start page."""
    request = context.get("request")
    return (request.path.strip("/").split("/")[0] or "start") if request else ""
