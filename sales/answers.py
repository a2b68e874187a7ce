"""How a refusal is answered: nothing was changed, and the page says why."""

from django.forms import BaseForm
from django.utils.translation import get_language

from sales import sentences
from sales.models import Phase
from sales.refusals import AlreadyDone, Refused, Stale


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


def explained(refusal: Refused) -> dict:
    """What a page needs to explain a refusal: its words, and the changes a stale submission missed."""
    if hasattr(refusal, "error_dict"):
        return {}
    missed = []
    if isinstance(refusal, AlreadyDone | Stale):
        told = sentences.tell(sentences.read(refusal.sale, Phase.objects.all()), get_language())
        wanted = [refusal.event] if isinstance(refusal, AlreadyDone) else refusal.events
        missed = [entry for entry in told if entry.event.pk in {event.pk for event in wanted}]
    return {"refusal": " ".join(refusal.messages), "missed": missed, "stale": status_of(refusal) == 409}
