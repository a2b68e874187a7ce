"""The choices of the filter form, and the active filters as removable chips."""

from collections.abc import Iterable
from typing import NamedTuple

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from relations.models import Relation
from sales.filters import SaleFilter
from sales.models import AcceptReason, LossReason, Phase, Source
from salescrm.calendar import written_day
from salescrm.listing import Column
from salescrm.models import User


class Chip(NamedTuple):
    """An active filter in words, and the query string without it."""

    text: str
    query: str


class Choice(NamedTuple):
    """One option of a filter."""

    value: str
    label: str
    chosen: bool


def _models(chosen: SaleFilter) -> dict:
    reasons = AcceptReason if chosen.reason_column == "accept_reason" else LossReason
    return {
        "phase": Phase, "owner": User, "source": Source, "reason": reasons, "customer": Relation,
        "customer_not": Relation, "lost_to": Relation,
    }  # fmt: skip


def _labels(chosen: SaleFilter) -> dict[str, str]:
    return {
        "phase": _("Phase"), "owner": _("Owner"), "source": _("Source"),
        "reason": _("Reason accepted") if chosen.reason_column == "accept_reason" else _("Reason lost"),
        "customer": _("Customer"), "customer_not": _("Customer is not"), "lost_to": _("Lost to competitor"),
        "end_from": _("End date from"), "end_to": _("End date to"), "closed_from": _("Closed from"),
        "closed_to": _("Closed to"), "created_from": _("Created from"), "created_to": _("Created to"),
    }  # fmt: skip


def next_labels(chosen) -> dict[str, str]:
    """The kinds of next step in words."""
    return {
        "late": pgettext("next step", "late"), "today": pgettext("next step", "today"),
        "planned": pgettext("next step", "planned"), "none": pgettext("next step", "none"),
    }  # fmt: skip


def chips(chosen: SaleFilter, query: QueryDict) -> list[Chip]:
    """The active filters in words; each costs one statement only when it names records."""
    labels, models = _labels(chosen), _models(chosen)
    found = [(word, f"{labels[word]}: {_names(models[word], ids)}") for word, ids in chosen.ids.items()] + [
        (word, f"{labels[word]} {written_day(day)}") for word, day in chosen.days.items()
    ]
    flags = {
        "end": (chosen.undated, _("No expected end date")),
        "overdue": (chosen.overdue, _("Overdue")),
        "revenue": (chosen.unknown_revenue, _("Expected revenue unknown")),
        "by_hand": (chosen.by_hand, _("Probability by hand")),
        "q": (chosen.q, f"“{chosen.q}”"),
        "next": (
            chosen.next,
            _("Next step: %(kinds)s") % {"kinds": ", ".join(next_labels(chosen)[kind] for kind in chosen.next)},
        ),
    }
    found += [(word, text) for word, (active, text) in flags.items() if active]
    return [Chip(text, without(query, word)) for word, text in found]


def without(query: QueryDict, *words: str) -> str:
    """The query string without these words, on the first page."""
    rest = query.copy()
    for word in (*words, "page"):
        rest.pop(word, None)
    return "?" + rest.urlencode()


def _names(model, ids: Iterable[int | None], most: int = 3) -> str:
    names = [_("none") for pk in ids if pk is None]
    names += [str(row) for row in model.objects.filter(pk__in=[pk for pk in ids if pk is not None][:most])]
    more = len(list(ids)) - most
    return ", ".join(names) + (f" +{more}" if more > 0 else "")


def filter_choices(chosen: SaleFilter) -> list[tuple[str, str, list[Choice]]]:
    """The lists of the filter form: word, label and options, "none" first where a sale may have none."""
    labels, models, found = _labels(chosen), _models(chosen), []
    for word in ("phase", "owner", "source", "reason"):
        ids = chosen.ids.get(word, ())
        options = [Choice("none", _("none"), None in ids)] if word in ("source", "reason") else []
        options += [Choice(str(row.pk), str(row), row.pk in ids) for row in models[word].objects.all()]
        found.append((word, labels[word], options))
    kinds = [Choice(kind, label, kind in chosen.next) for kind, label in next_labels(chosen).items()]
    return [*found, ("next", _("Next step"), kinds)]


def columns(chosen: SaleFilter) -> list[Column]:
    """The heads of the list with what a click on each sorts by."""
    closed = chosen.status in (("accepted",), ("lost",))
    heads = [
        Column(_("Sale"), "subject"),
        Column(_("Customer"), "customer"),
        Column(_("Phase"), "phase"),
        Column(_("Revenue"), "amount", figure=True),
        Column(_("Weighted"), "weighted", figure=True),
        Column(_("Closed on"), "closed") if closed else Column(_("End date"), "end"),
        Column(_("Next step"), "next"),
        Column(_("Owner"), "owner"),
    ]
    key, direction = chosen.sort.lstrip("-"), "descending" if chosen.sort.startswith("-") else "ascending"
    return [head._replace(direction=direction) if head.key == key else head for head in heads]
