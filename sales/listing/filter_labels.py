"""The choices of the filter form, and the active filters as removable chips."""

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from django.db.models import CharField, QuerySet, Value
from django.db.models.functions import Coalesce, NullIf
from django.http import QueryDict
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from relations.models import Relation
from sales.badges import STEP_TONES, step_word
from sales.listing.filters import SaleFilter
from sales.models import AcceptReason, LossReason, Phase, SaleStatus, Source
from salescrm.calendar import written_day
from salescrm.listing.state import Chip
from salescrm.models import Team, User
from salescrm.money import format_money
from salescrm.url_words import link

MOST = 3  # names in a chip; the others are counted
OF_OPEN = ("overdue", "aged", "next")
OF_CLOSED = ("closed_from", "closed_to", "reason", "lost_to")
OF_LOST = ("lost_to",)


class Choice(NamedTuple):
    """One option in a list of the filter form."""

    value: str
    label: str
    selected: bool


class Link(NamedTuple):
    """The list with one status, and whether it is the current one."""

    label: str
    query: str
    current: bool


def _models(sale_filter: SaleFilter) -> dict:
    reasons = AcceptReason if sale_filter.reason_column == "accept_reason" else LossReason
    return {
        "phase": Phase, "owner": User, "team": Team, "source": Source, "reason": reasons, "customer": Relation,
        "customer_not": Relation, "lost_to": Relation,
    }  # fmt: skip


def _labels(sale_filter: SaleFilter) -> dict[str, str]:
    return {
        "phase": _("Phase"), "owner": _("Owner"), "team": _("Team"), "source": _("Source"),
        "reason": _("Reason accepted") if sale_filter.reason_column == "accept_reason" else _("Reason lost"),
        "customer": _("Customer"), "customer_not": _("Customer is not"), "lost_to": _("Lost to competitor"),
        "end_from": _("End date from"), "end_to": _("End date to"), "closed_from": _("Closed from"),
        "closed_to": _("Closed to"), "created_from": _("Created from"), "created_to": _("Created to"),
        "next_from": _("Next step from"), "next_to": _("Next step to"),
        "amount_from": _("Revenue from"), "amount_to": _("Revenue to"),
    }  # fmt: skip


def next_labels() -> dict[str, str]:
    """The kinds of next step in words."""
    return {kind: step_word(kind) for kind in STEP_TONES} | {"none": pgettext("next step", "none")}


def chips(sale_filter: SaleFilter, query: QueryDict) -> list[Chip]:
    """The active filters in words; one statement when some of them name records."""
    labels, names = _labels(sale_filter), names_of(sale_filter)
    texts = [(word, f"{labels[word]}: {_listed(ids, names[word])}") for word, ids in sale_filter.ids.items()]
    texts += [(word, f"{labels[word]} {written_day(day)}") for word, day in sale_filter.days.items()]
    texts += [(word, f"{labels[word]} {_written(amount)}") for word, amount in sale_filter.amounts.items()]
    kinds = ", ".join(next_labels()[kind] for kind in sale_filter.next)
    several = ", ".join(str(SaleStatus(status).label) for status in sale_filter.status)
    flags = {
        "status": (len(sale_filter.status) > 1, f"{_('Status')}: {several}"),
        "end": (sale_filter.undated, _("No expected end date")),
        "overdue": (sale_filter.overdue, _("Overdue")),
        "revenue": (sale_filter.unknown_revenue, _("Expected revenue unknown")),
        "by_hand": (sale_filter.by_hand, _("Probability by hand")),
        "aged": (sale_filter.aged, _("Too long in its phase")),
        "next": (sale_filter.next, _("Next step: %(kinds)s") % {"kinds": kinds}),
        "q": (sale_filter.q, f"“{sale_filter.q}”"),
    }
    texts += [(word, text) for word, (active, text) in flags.items() if active]
    return [Chip(text, link(query, **{word: None, "page": None})) for word, text in texts]


def _written(amount: Decimal) -> str:
    return format_money(amount, get_language())


def _listed(ids: Iterable[int | None], names: dict[int, str]) -> str:
    """The names of the first of them; ids that no record has (any more) are "unknown"."""
    texts = [_("none") if pk is None else names.get(pk, _("unknown")) for pk in ids]
    return ", ".join(texts[:MOST]) + (f" +{len(texts) - MOST}" if len(texts) > MOST else "")


def status_links(sale_filter: SaleFilter, query: QueryDict) -> list[Link]:
    """The list by status, each without the words that only sales of another status can match."""
    kinds = [
        ((SaleStatus.OPEN,), pgettext("status", "Open"), OF_CLOSED),
        ((SaleStatus.ACCEPTED,), pgettext("status", "Accepted"), (*OF_OPEN, *OF_LOST, "reason")),
        ((SaleStatus.LOST,), pgettext("status", "Lost"), (*OF_OPEN, "reason")),
        ((), pgettext("sales", "All"), ("reason",)),
    ]
    links = []
    for status, label, strange in kinds:
        current = status == sale_filter.status
        left = dict.fromkeys(("page", *(() if current else strange)))
        links.append(Link(label, link(query, **left, status=status), current))
    return links


def names_of(sale_filter: SaleFilter) -> dict[str, dict[int, str]]:
    """The names of the records a filter names, by word and id: one statement, none when it names none."""
    models = _models(sale_filter)
    wanted = {word: [pk for pk in ids if pk is not None] for word, ids in sale_filter.ids.items()}
    parts = [_names(word, models[word], ids) for word, ids in wanted.items() if ids]
    names = {word: {} for word in wanted}
    for word, pk, name in parts[0].union(*parts[1:], all=True).order_by() if parts else []:
        names[word][pk] = name
    return names


def _names(word: str, model, ids: list[int]) -> QuerySet:
    of_user = Coalesce(NullIf("name", Value("")), "email", output_field=CharField())
    names = {User: of_user, Relation: Coalesce("merged_into__name", "name")}
    rows = model.objects.order_by().filter(pk__in=ids)
    return rows.values_list(Value(word, output_field=CharField()), "pk", names.get(model, "name"))


def filter_choices(sale_filter: SaleFilter) -> list[tuple[str, str, list[Choice]]]:
    """The lists of the filter form: word, label and options, "none" first where a sale may have none."""
    labels, models, lists = _labels(sale_filter), _models(sale_filter), []
    for word in ("phase", "owner", "team", "source"):
        rows = User.objects.in_order() if word == "owner" else models[word].objects.all()
        options = [_choice(sale_filter, word, row.pk, getattr(row, "label", str(row))) for row in rows]
        if word in ("source", "team") and options:
            nothing = _("none") if word == "source" else _("not in a team")
            options.insert(0, _choice(sale_filter, word, None, nothing))
        if options:
            lists.append((word, labels[word], options))
    kinds = [Choice(kind, label, kind in sale_filter.next) for kind, label in next_labels().items()]
    return [*lists, ("next", _("Next step"), kinds)]


def _choice(sale_filter: SaleFilter, word: str, pk: int | None, label: str) -> Choice:
    return Choice("none" if pk is None else str(pk), label, pk in sale_filter.ids.get(word, ()))


def reason_choices(sale_filter: SaleFilter) -> list[tuple[str, str, list[Choice]]]:
    """Both lists of reasons, under the names of the filter form; only in the one the filter means some are selected."""
    lists = []
    for column, model, label in (
        ("accept_reason", AcceptReason, _("Reason accepted")),
        ("loss_reason", LossReason, _("Reason lost")),
    ):
        ids = sale_filter.ids.get("reason", ()) if sale_filter.reason_column == column else ()
        options = [Choice("none", _("none"), None in ids)]
        options += [Choice(str(row.pk), str(row), row.pk in ids) for row in model.objects.all()]
        lists.append((column, label, options))
    return lists


def relation_choices(sale_filter: SaleFilter) -> list[tuple[str, str, list[Choice]]]:
    """The customers and competitors of a filter, each with a checkbox to take it out."""
    labels, names = _labels(sale_filter), names_of(sale_filter)
    return [
        (
            word,
            labels[word],
            [_choice(sale_filter, word, pk, _listed([pk], names[word])) for pk in sale_filter.ids[word]],
        )
        for word in ("customer", "customer_not", "lost_to")
        if word in sale_filter.ids
    ]
