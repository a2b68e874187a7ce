"""Figures of reports: amounts whose cents stay in the background, so that columns read at a glance."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from django import template
from django.utils.dateformat import format as format_date
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from salescrm.money import format_number, round_money, written_in
from salescrm.templatetags.crm import EMPTY, data, money_text, percent

register = template.Library()
SIGNS = {"back": "arrow-down", "forward": "arrow-up", "created": "plus"}


@register.filter
def figure(amount: Decimal | int | None) -> SafeString:
    """`<data value="12000.00">12.000<i>,00</i></data>`: rounded half up, cents quieter; unknown is a dash."""
    if amount is None:
        return EMPTY
    rounded = round_money(amount)
    text = format_number(rounded, get_language())
    return data(rounded, f"{text[:-3]}<i>{text[-3:]}</i>")


@register.simple_tag
def swap_report(url: str) -> SafeString:
    """How a link or form in a report shows another one: it takes the place of this one, and stands in the address."""
    text = 'data-hx-get="{}" data-hx-target="#report" data-hx-swap="outerHTML" data-hx-push-url="true"'
    return format_html(text, url)


@register.simple_tag
def place(column: str, cell) -> SafeString:
    """The `<td>` of a figure with its link, or an empty one: a table has a hundred, so they are not made of nodes."""
    if cell is None:
        return format_html('<td class="n" data-column="{}"></td>', column)
    empty = "" if cell.count else " data-empty"
    link = f'<a href="{escape(cell.url)}">{figure(cell.amount)}</a>' if cell.url else figure(cell.amount)
    return mark_safe(f'<td class="n" data-column="{escape(column)}"{empty}>{link}</td>')  # noqa: S308 - escaped here


@register.filter
def euros(amount: Decimal | int) -> str:
    """Whole euros for the top of a bar: `23.800`."""
    return format_number(int(round_money(amount).to_integral_value(ROUND_HALF_UP)), get_language())


@register.simple_tag
def stack(bar, name: str, url: str) -> SafeString:
    """A standing bar as an SVG that leads to its sales; written out for the same reason as `place`."""
    label = escape(f"{name}: {money_text(bar.amount)}")
    segments = "".join(_segment(part, name) for part in bar.parts)
    href = f' href="{escape(url)}"' if url else ""
    return mark_safe(  # noqa: S308 - everything that is not ours is escaped
        f'<a{href} title="{label}"><svg width="100%" height="168" role="img" aria-label="{label}">{segments}'
        f'<text x="100%" y="{bar.top}" text-anchor="end">{euros(bar.amount)}</text></svg></a>'
    )


def _segment(part, name: str) -> str:
    colour = f' data-colour="{escape(part.colour)}"' if part.colour else ""
    label = ""
    if part.labelled and part.label:
        label = f'<text class="within" x="54%" y="{part.middle}" text-anchor="middle">{escape(part.label)}</text>'
    return (
        f"<g{colour}><title>{escape(part.name or name)}: {money_text(part.amount)}</title>"
        f'<rect x="8%" y="{part.start}" width="92%" height="{part.size}" rx="2"/>{label}</g>'
    )


@register.filter
def month(first: date, with_year: bool = True) -> SafeString:
    """`<time datetime="2026-03">mrt 26</time>`."""
    name = format_date(first, "b" if written_in(get_language()) == "nl" else "M")  # Dutch months have no capital
    return format_html('<time datetime="{}">{}</time>', f"{first:%Y-%m}", f"{name} {first:%y}" if with_year else name)


@register.simple_tag
def month_name(first: date, place: int) -> SafeString:
    """The month of a column, with its year in January and in the second column, the first that may be a month."""
    return month(first, place == 1 or first.month == 1)


@register.filter
def full_month(first: date) -> str:
    """`March 2026`, for titles and labels."""
    return format_date(first, "F Y")


@register.filter
def rate(value: Decimal | None) -> SafeString | str:
    """`38,5 %`: one decimal, half up; a muted dash when there is nothing to divide by."""
    return percent(None if value is None else value.quantize(Decimal("0.1"), ROUND_HALF_UP))


@register.filter
def sign(what: str) -> str:
    """The icon for what happened to a sale."""
    return SIGNS.get(what, "arrow-uturn-left")
