"""Moving a sale, undoing that, and setting its probability: from the bar on its page, or from the board."""

from typing import NamedTuple

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from sales import transitions
from sales.answers import status_of, take_in
from sales.board import views as board
from sales.forms import ProbabilityForm
from sales.in_trash import missing
from sales.models import Phase, Sale, SaleEvent
from sales.origin import Origin
from sales.refusals import Refused, stale
from sales.sale_page import views
from sales.sale_page.progress_bar import places, read_phases_and_switches
from sales.sale_page.views import visible
from salescrm.forms.submission import submitted_version
from salescrm.forms.versioned import VersionedForm
from salescrm.pages import leave, page
from salescrm.url_words import read_id
from salescrm.versions import Gone


class MoveInput(NamedTuple):
    """What the bar and a card of the board send: the phase, the version of the sale, and the page it was sent from."""

    phase: Phase
    phases: list[Phase]  # all of them, read at once
    version: int
    origin: Origin

    @classmethod
    def read(cls, request: HttpRequest) -> "MoveInput":
        """Read it, before anything is locked; a BadRequest when one of them cannot be read."""
        phases, pk = read_phases_and_switches(), read_id(request.POST, "phase")
        for phase in phases:
            if phase.pk == pk:
                return cls(phase, phases, submitted_version(request), Origin.of(request))
        raise BadRequest("there is no such phase")


@require_POST
@permission_required("sales.move_sale", raise_exception=True)
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """Move the sale to the posted phase: one POST, answered with the region (rules 3, 6 and 10)."""
    try:
        form = MoveInput.read(request)
    except BadRequest:
        visible(request, pk)  # an invisible sale is 404 whatever was sent
        raise
    seen = Sale.objects.visible_to(request.user).naming_owner()
    try:
        sale = transitions.move(Sale(pk=pk), phase=form.phase, version=form.version, by=request.user, among=seen)
    except Gone as error:
        raise missing(request.user, pk) from error
    except Refused as refusal:
        return _refused(request, form.origin, pk, refusal)
    newest = [sale.before, sale.latest] if sale.latest else list(sale.events.order_by("-sequence")[:2])[::-1]
    if newest[-1].kind == SaleEvent.Kind.MOVED:
        text = _("Moved to %(phase)s, %(percent)s %%")
        messages.success(request, text % {"phase": sale.phase, "percent": sale.probability})
    return _moved(request, form.origin, sale, form.phases, newest)


def _moved(
    request: HttpRequest, origin: Origin, sale: Sale, phases: list[Phase], newest: list[SaleEvent]
) -> HttpResponse:
    if origin.is_board:
        return board.moved(request, origin, sale, phases=phases, newest=newest)
    return views.changed(request, sale, phases=phases, newest=newest)


def _refused(request: HttpRequest, origin: Origin, pk: int, refusal: Refused) -> HttpResponse:
    if origin.is_board:
        return board.refused(request, origin, visible(request, pk, detail=True), refusal)
    return views.refused(request, pk, refusal)


@require_safe
@permission_required("sales.move_sale", raise_exception=True)
def where(request: HttpRequest, pk: int) -> HttpResponse:
    """The menu of a card as a page: every phase this sale can be moved to."""
    sale = visible(request, pk, detail=True)
    context = {"sale": sale, "bar": places(sale, read_phases_and_switches()), **Origin.of(request).for_dialog}
    return page(request, "sales/sale_page/where.html", context, part="dialog")


@require_POST
@permission_required("sales.move_sale", raise_exception=True)
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back the last move (rule 14)."""
    sale, origin = visible(request, pk), Origin.of(request)
    try:
        sale = transitions.undo(sale, version=submitted_version(request), by=request.user)
    except Refused as refusal:
        return _refused(request, origin, pk, refusal)
    text = _("Move undone. Back in %(phase)s, %(percent)s %%")
    messages.success(request, text % {"phase": sale.phase, "percent": sale.probability})
    return _moved(request, origin, sale, read_phases_and_switches(), [])


@permission_required("sales.move_sale", raise_exception=True)
def probability(request: HttpRequest, pk: int) -> HttpResponse:
    """Set a probability by hand, or go back to the phase's (rule 3)."""
    sale, origin = visible(request, pk, detail=True), Origin.of(request)
    editor = VersionedForm(request, sale, _probability_form)
    status, why = 422 if editor.is_sent else 200, {}
    try:
        if editor.is_sent and editor.is_ready(stale):
            wanted = editor.form.cleaned_data["probability"]
            sale = transitions.set_probability(sale, probability=wanted, version=editor.version, by=request.user)
            messages.success(request, _("The probability is %(percent)s %%") % {"percent": sale.probability})
            return leave(request, origin.address or sale)
    except Refused as refusal:
        sale = visible(request, pk, detail=True)
        status, why = status_of(refusal), take_in(editor, refusal, fixed=not sale.is_open)
    context = {"sale": sale, **editor.context, **why}
    return page(request, "sales/sale_page/probability.html", context, part="dialog", status=status)


def _probability_form(data: QueryDict | None, sale: Sale) -> ProbabilityForm:
    return ProbabilityForm(data, initial={"probability": sale.probability})
