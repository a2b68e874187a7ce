"""The page of a sale and its hot path: moving, undoing and setting the probability."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from sales import reopening, sentences, transitions
from sales.answers import explained, put_into, status_of
from sales.board import views as board
from sales.forms import ProbabilityForm
from sales.gone import missing
from sales.models import Sale, SaleEvent, SalesSettings
from sales.refusals import Refused
from sales.sale_page.progress_bar import places, read_phases
from sales.timeline import views as timelines
from sales.timeline.views import Asked
from salescrm import exports
from salescrm.calendar import today
from salescrm.conflicts import submitted_version
from salescrm.models import User
from salescrm.pages import leave, page, settle
from salescrm.recent import remembers
from salescrm.url_words import read_id

TEMPLATE = "sales/sale_page/detail.html"


def visible(request: HttpRequest, pk: int, *, detail: bool = False) -> Sale:
    """The sale with this id if this user may see it, else 404; without `detail` only its state is read."""
    sales = Sale.objects.visible_to(request.user)
    state = sales.select_related("source").only(*Sale.STATE, "source__name")
    try:
        return (sales.for_detail() if detail else state).get(pk=pk)
    except Sale.DoesNotExist as error:
        raise missing(request.user, pk) from error


def region(sale: Sale, user: User, phases, newest: list[SaleEvent]) -> dict:
    """What the region of bar and figures shows; `newest` holds the two last events, oldest first."""
    undoable = transitions.undoable(sale, newest, user)
    if sale.owner_id == user.pk:
        sale.owner = user  # a statement less on the hot path
    elif hasattr(sale, "owner_name"):
        sale.owner = User(pk=sale.owner_id, name=sale.owner_name)
    return {
        "sale": sale,
        "sale_url": sale.get_absolute_url(),  # the addresses of its deeds begin with it: one is looked up, not twenty
        "bar": places(sale, phases),
        "can_move": user.has_perm("sales.move_sale"),
        "undoable": undoable,
        "toast_actions": _offers(sale, newest) if undoable else [],
        "today": today(),
        "switches": SalesSettings.current(),
        "change": "",
        "meetings": None,  # not read: the page keeps those it shows
    }


def _offers(sale: Sale, newest: list[SaleEvent]) -> list[dict]:
    undo = {"url": reverse("sales:undo", args=[sale.pk]), "label": _("Undo"), "target": "#sale-region"}
    offers = [{**undo, "fields": {"version": sale.version}}]
    before = newest[-2]
    if before.probability_by_hand and SalesSettings.current().own_probability:
        label = _("Keep %(percent)s %%") % {"percent": before.probability}
        fields = {"version": sale.version, "probability": before.probability}
        offers.append({"url": reverse("sales:probability", args=[sale.pk]), "label": label, "fields": fields})
    return offers


def whole(request: HttpRequest, sale: Sale, *, part: str = "region", status: int = 200, **extra) -> HttpResponse:
    """The page of the sale as it stands now, or one of its parts."""
    phases = read_phases()
    sale.phase = next(phase for phase in phases if phase.pk == sale.phase_id)
    events = sentences.read(sale, phases)
    lines = list(sale.lines.select_related("vat_rate"))
    context = {
        **region(sale, request.user, phases, events[-2:]),
        **timelines.of_sale(request, sale, events),
        "stays": sentences.stays(events),
        "lines": lines,
        "lines_total": sum(line.amount for line in lines),
        "may_reopen": not sale.is_open and reopening.may_reopen(sale, request.user),
        "behind": bool(request.htmx),  # only the region is swapped: what stands around it reads itself again
        **extra,
    }
    return page(request, TEMPLATE, context, part=part, status=status)


@require_safe
@permission_required("sales.view_sale", raise_exception=True)
@remembers("sale")
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything about one sale."""
    return whole(request, visible(request, pk, detail=True))


@require_safe
@permission_required("sales.view_sale", raise_exception=True)
def history(request: HttpRequest, pk: int) -> HttpResponse:
    """The history of a sale, fetched again after a change in place; or as a file."""
    asked, sale = Asked.parse(request.GET), visible(request, pk, detail=True)
    if kind := exports.asked(request, "sales.export_sale"):
        return timelines.file_of_sale(request, sale, kind)
    return whole(request, sale, part=asked.part)


def refused(request: HttpRequest, sale: Sale, refusal: Refused) -> HttpResponse:
    """Nothing was changed: the sale as it stands now, and why."""
    current = visible(request, sale.pk, detail=True)
    if board.is_sender(request):
        return board.refused(request, current, refusal)
    return whole(request, current, status=status_of(refusal), **explained(refusal))


def _settle(request: HttpRequest, sale: Sale, phases, newest: list[SaleEvent]) -> HttpResponse:
    context = {**region(sale, request.user, phases, newest), "changed_in_place": True}
    if board.is_sender(request):
        return board.moved(request, sale, phases, context["toast_actions"])
    return settle(request, sale, TEMPLATE, context, part="region")


def changed(request: HttpRequest, sale: Sale, *, to=None, **extra) -> HttpResponse:
    """A value of the sale was changed in place: its region as it stands now, else on to the sale or `to`."""
    phases = read_phases()
    sale.phase = next(phase for phase in phases if phase.pk == sale.phase_id)
    context = {**region(sale, request.user, phases, []), "changed_in_place": True, **extra}
    return settle(request, to or sale, TEMPLATE, context, part="region")


@require_POST
@permission_required("sales.move_sale", raise_exception=True)
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """Move the sale to the posted phase: one POST, answered with the region (rules 3, 6 and 10)."""
    phases = read_phases()
    try:
        phase = next(phase for phase in phases if phase.pk == read_id(request.POST, "phase"))
        version = submitted_version(request)
        board.way_back(request, Sale(pk=pk))
    except (BadRequest, StopIteration) as error:
        visible(request, pk)  # an invisible sale is 404 whatever was sent
        raise BadRequest("phase, version or board cannot be read") from error
    sale, seen = Sale(pk=pk), Sale.objects.visible_to(request.user).naming_owner()
    try:
        sale = transitions.move(sale, phase=phase, version=version, by=request.user, among=seen)
    except Sale.DoesNotExist as error:
        raise missing(request.user, pk) from error
    except Refused as refusal:
        return refused(request, sale, refusal)
    newest = [sale.before, sale.latest] if sale.latest else list(sale.events.order_by("-sequence")[:2])[::-1]
    if newest[-1].kind == SaleEvent.Kind.MOVED:
        text = _("Moved to %(phase)s, %(percent)s %%")
        messages.success(request, text % {"phase": sale.phase, "percent": sale.probability})
    return _settle(request, sale, phases, newest)


@require_safe
@permission_required("sales.move_sale", raise_exception=True)
def where(request: HttpRequest, pk: int) -> HttpResponse:
    """The menu of a card as a page: every phase this sale can be moved to."""
    sale = visible(request, pk, detail=True)
    context = {"sale": sale, "bar": places(sale, read_phases()), **board.sender(request)}
    return page(request, "sales/sale_page/where.html", context, part="dialog")


@require_POST
@permission_required("sales.move_sale", raise_exception=True)
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back the last move (rule 14)."""
    sale = visible(request, pk)
    board.way_back(request, sale)
    try:
        sale = transitions.undo(sale, version=submitted_version(request), by=request.user)
    except Refused as refusal:
        return refused(request, sale, refusal)
    text = _("Move undone. Back in %(phase)s, %(percent)s %%")
    messages.success(request, text % {"phase": sale.phase, "percent": sale.probability})
    return _settle(request, sale, read_phases(), [])


@permission_required("sales.move_sale", raise_exception=True)
def probability(request: HttpRequest, pk: int) -> HttpResponse:
    """Set a probability by hand, or go back to the phase's (rule 3)."""
    sale = visible(request, pk, detail=True)
    form = ProbabilityForm(
        request.POST if request.method == "POST" else None, initial={"probability": sale.probability}
    )
    context, status, back = {"form": form, "sale": sale}, 422 if form.is_bound else 200, board.way_back(request, sale)
    if form.is_bound and form.is_valid():
        try:
            wanted = form.cleaned_data["probability"]
            version = submitted_version(request)
            sale = transitions.set_probability(sale, probability=wanted, version=version, by=request.user)
        except Refused as refusal:
            put_into(form, refusal)
            context, status = context | explained(refusal), status_of(refusal)
        else:
            messages.success(request, _("The probability is %(percent)s %%") % {"percent": sale.probability})
            return leave(request, back)
    return page(request, "sales/sale_page/probability.html", context, part="dialog", status=status)
