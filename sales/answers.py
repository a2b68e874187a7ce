"""What a page shows after a deed: how to take it back, or why nothing was changed."""

from collections.abc import Callable, Sequence

from django.forms import BaseForm
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sales import sentences
from sales.models import Phase, Sale, SaleEvent, SalesSettings
from sales.refusals import AlreadyDone, Refused, Stale, require_untrashed
from sales.transitions import undoable
from salescrm.forms.versioned import VersionedForm
from salescrm.models import User


def status_of(refusal: Refused) -> int:
    """409 when somebody else was first, else 422."""
    return 409 if isinstance(refusal, AlreadyDone | Stale) else 422


def put_into(form: BaseForm, refusal: Refused) -> None:
    """Show a refusal next to the field it is about, or above the form."""
    if not hasattr(refusal, "error_dict"):
        return
    for name, errors in refusal.message_dict.items():
        for error in errors:
            form.add_error(name if name in form.fields else None, error)


def take_in(editor: VersionedForm, refusal: Refused, *, fixed: bool = False) -> dict:
    """Merge what was sent when somebody else was first, else say the refusal beside its field; what a page needs."""
    if isinstance(refusal, AlreadyDone | Stale):
        editor.merge(refusal, fixed=fixed)
    else:
        put_into(editor.form, refusal)
    return explain(refusal)


def explain(refusal: Refused, *, check: Callable[[Sale], None] | None = None) -> dict:
    """The context that explains a refusal: its message and, when somebody else was first, what a stale form lacks.

    Those are the changes it does not have, the version with which it can be sent again, and why that is of no use if
    the sale as it stands now does not pass the `check` of this deed.
    """
    if hasattr(refusal, "error_dict"):
        return {}
    context = {"refusal": " ".join(refusal.messages), "missed": [], "stale": False, "obstacle": ""}
    return context | (_news(refusal, check) if isinstance(refusal, AlreadyDone | Stale) else {})


def _news(refusal: AlreadyDone | Stale, check: Callable[[Sale], None] | None) -> dict:
    sale, keys = refusal.current, {event.pk for event in refusal.events}
    entries = sentences.tell(sentences.read(sale, Phase.objects.all()), get_language())
    missed = [entry for entry in entries if entry.event.pk in keys]
    return {"missed": missed, "stale": True, "version": sale.version, "obstacle": _obstacle(sale, check)}


def _obstacle(sale: Sale, check: Callable[[Sale], None] | None) -> str:
    """Why a sale cannot take a deed, whatever is sent; empty when it can."""
    try:
        require_untrashed(sale)
        if check:
            check(sale)
    except Refused as refusal:
        return " ".join(refusal.messages)
    return ""


def offers(sale: Sale, newest: Sequence[SaleEvent], user: User) -> list[dict]:
    """The buttons beside the message about a move: Undo, and to keep the percentage by hand (rules 3 and 14).

    `newest` holds the two last events, oldest first.
    """
    if not undoable(sale, newest, user):
        return []
    undo = {"url": reverse("sales:undo", args=[sale.pk]), "label": _("Undo"), "target": "#sale-region"}
    buttons, before = [{**undo, "fields": {"version": sale.version}}], newest[-2]
    if before.probability_by_hand and SalesSettings.current().own_probability:
        label = _("Keep %(percent)s %%") % {"percent": before.probability}
        fields = {"version": sale.version, "probability": before.probability}
        buttons.append({"url": reverse("sales:probability", args=[sale.pk]), "label": label, "fields": fields})
    return buttons
