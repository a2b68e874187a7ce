"""The page of a sale, whole or in parts: every deed on the sale answers with it."""

from collections.abc import Sequence

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_safe

from sales import reopening, sentences, transitions
from sales.answers import explain, offers, status_of
from sales.in_trash import missing
from sales.models import Phase, Sale, SaleEvent, SalesSettings
from sales.refusals import Refused
from sales.sale_page.progress_bar import places, read_phases_and_switches
from sales.timeline import views as timelines
from sales.timeline.views import TimelineQuery
from salescrm.calendar import today
from salescrm.exports import downloads
from salescrm.models import User
from salescrm.pages import asks_for_part, page, settle
from salescrm.recent import remembers

TEMPLATE = "sales/sale_page/detail.html"


def visible(request: HttpRequest, pk: int, *, detail: bool = False) -> Sale:
    """The sale with this id if this user may see it, else 404; without `detail` only its state is read."""
    sales = Sale.objects.visible_to(request.user)
    state = sales.select_related("source").only(*Sale.STATE, "source__name")
    try:
        return (sales.for_detail() if detail else state).get(pk=pk)
    except Sale.DoesNotExist as error:
        raise missing(request.user, pk) from error


def region(sale: Sale, user: User, phases: list[Phase], newest: Sequence[SaleEvent]) -> dict:
    """The context of the region of bar and figures; `newest` holds the two last events, oldest first."""
    if sale.owner_id == user.pk:
        sale.owner = user  # a statement less on the hot path
    elif hasattr(sale, "owner_name"):
        sale.owner = User(pk=sale.owner_id, name=sale.owner_name)
    return {
        "sale": sale,
        "sale_url": sale.get_absolute_url(),  # the addresses of its deeds begin with it: one is looked up, not twenty
        "bar": places(sale, phases),
        "can_move": user.has_perm("sales.move_sale"),
        "undoable": transitions.undoable(sale, newest, user),
        "toast_actions": offers(sale, newest, user),
        "today": today(),
        "switches": SalesSettings.current(),
        "change": "",
        "meetings": None,  # not read: the page keeps those it shows
    }


def whole(request: HttpRequest, sale: Sale, *, part: str = "region", status: int = 200, **extra) -> HttpResponse:
    """The page of the sale as it stands now, or one of its parts."""
    phases = read_phases_and_switches()
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
        "behind": asks_for_part(request),  # only the region is swapped: what stands around it reads itself again
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
def history(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The history of a sale, fetched again after a change in place; or as a file."""
    query, sale = TimelineQuery.parse(request.GET), visible(request, pk, detail=True)
    if kind := downloads.file_kind(request, "sales.export_sale"):
        return timelines.file_of_sale(request, sale, kind)
    return whole(request, sale, part=query.part)


def refused(request: HttpRequest, pk: int, refusal: Refused) -> HttpResponse:
    """The answer to a refusal: the sale as it stands now, and why nothing was changed."""
    return whole(request, visible(request, pk, detail=True), status=status_of(refusal), **explain(refusal))


def changed(
    request: HttpRequest,
    sale: Sale,
    *,
    to: str = "",
    phases: list[Phase] | None = None,
    newest: Sequence[SaleEvent] = (),
    **extra,
) -> HttpResponse:
    """The answer to a change in place: the region of the sale as it stands now, else a redirect to the sale or `to`.

    `newest` holds its two last events when one of them can be undone.
    """
    phases = phases or read_phases_and_switches()
    sale.phase = next(phase for phase in phases if phase.pk == sale.phase_id)
    context = {**region(sale, request.user, phases, newest), "changed_in_place": True, **extra}
    return settle(request, to or sale, TEMPLATE, context, part="region")
