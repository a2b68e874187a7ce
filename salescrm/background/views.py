"""Settings > Background work: whether the worker lives, and how it stands with the chores of the night."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from salescrm.background.chores import KIND, chores
from salescrm.background.models import ChoreState
from salescrm.background.queue import enqueue
from salescrm.background.worker import is_alive, last_sign
from salescrm.pages import page, settle

may_look = permission_required("salescrm.change_user", raise_exception=True)


def _context() -> dict:
    states = ChoreState.objects.in_bulk(field_name="name")
    return {
        "is_alive": is_alive(),
        "last_sign": last_sign(),
        "chores": [(chore, states.get(name)) for name, chore in chores().items()],
    }


@require_safe
@may_look
def index(request: HttpRequest) -> HttpResponse:
    """What the worker does, when it did it last and what failed."""
    return page(request, "background/index.html", _context(), part="background")


@require_POST
@may_look
def run_now(request: HttpRequest, name: str) -> HttpResponse:
    """Have a chore done now instead of in the night."""
    with transaction.atomic():
        state = get_object_or_404(ChoreState, name=name)
        ChoreState.objects.filter(pk=state.pk).update(due_at=timezone.now())
        enqueue(KIND, state.pk)
    messages.success(request, _("This will be done now.") if is_alive() else _("This waits until a worker runs."))
    return settle(request, "settings:background", "background/index.html", _context(), part="background")
