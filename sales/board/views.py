"""The board, and its answer when a card was moved or could not be."""

from collections.abc import Sequence
from dataclasses import replace

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from sales.answers import offers, status_of
from sales.board.cards import (
    BoardColumn,
    BoardHead,
    CardPlace,
    cards,
    columns,
    following,
    heads,
    parse,
)
from sales.listing import saved_views
from sales.listing.filter_labels import chips
from sales.listing.filters import SaleFilter, opened_view
from sales.models import Phase, Sale, SaleEvent, SaleStatus
from sales.models.querysets import SaleQuerySet
from sales.origin import Origin, origin_page
from sales.refusals import AlreadyDone, Refused
from salescrm.calendar import today
from salescrm.listing.state import without_blanks
from salescrm.models import User
from salescrm.pages import page, resume, settle
from salescrm.url_words import changed, read_id

TEMPLATE = "sales/board/board.html"


@require_safe
@permission_required("sales.view_sale", raise_exception=True)
@origin_page(lambda _user, words: parse(words))
def board(request: HttpRequest) -> HttpResponse:
    """Open sales by phase; with `column` and `after`, the cards of a column that come after that place."""
    query = request.GET.copy()
    turned = query.pop("column", []) + query.pop("after", [])
    context = _context(request, query, parse(query))
    if tidy := without_blanks(request):
        return redirect(tidy)
    if not turned:
        return page(request, TEMPLATE, context, part="board")
    phase, after = Phase(pk=read_id(request.GET, "column")), CardPlace.parse(request.GET.get("after", ""))
    next_cards, more = following(context["sales"], phase, after, today=today())
    context["turned"] = BoardColumn(BoardHead(phase), next_cards, more, is_turned=True)
    context["columns"] = _turn(context["columns"], context["turned"])
    return page(request, TEMPLATE, context, part="cards")


def _turn(columns: list[BoardColumn], turned: BoardColumn) -> SimpleLazyObject:
    """The columns with the turned one in its place; read when the whole page is drawn."""
    pk = turned.head.phase.pk
    return SimpleLazyObject(lambda: [replace(turned, head=c.head) if c.head.phase.pk == pk else c for c in columns])


def _context(request: HttpRequest, query: QueryDict, sale_filter: SaleFilter) -> dict:
    """The context of the board. What only the whole page needs is lazy: the answer to a move needs less."""
    visible = Sale.objects.visible_to(request.user)
    sales = sale_filter.apply(visible, today=today())
    owners = [pk for pk in sale_filter.ids.get("owner", ()) if pk]
    toolbar = {"q", "aged"} | ({"owner"} if len(owners) < 2 else set())
    elsewhere = {word: ids for word, ids in sale_filter.ids.items() if word not in toolbar}
    all_columns = SimpleLazyObject(lambda: columns(sales, Phase.objects.all(), today=today()))
    return {
        "sale_filter": sale_filter,
        "sales": sales,
        "columns": all_columns,
        "any_cards": SimpleLazyObject(lambda: any(column.cards for column in all_columns)),
        "toast_actions": [],
        "owners": SimpleLazyObject(lambda: _owners(visible, owners)),
        "chips": SimpleLazyObject(lambda: chips(replace(sale_filter, q="", aged=False, ids=elsewhere), query)),
        "carried": [(word, text) for word, texts in query.lists() if word not in toolbar for text in texts],
        "query": query.urlencode(),
        "travelling": urlencode({"board": query.urlencode()}),
        "as_list": changed(query, status=SaleStatus.OPEN.value).urlencode(),
        "views": SimpleLazyObject(lambda: saved_views.menu(request.user, query, opened_view(query), board=True)),
        "sales_url": reverse("sales:list"),
        "can_move": request.user.has_perm("sales.move_sale"),
    }


def _owners(visible: SaleQuerySet, selected: list[int]) -> list[User]:
    """The owners offered in the toolbar; none where several are selected already: chips name them."""
    return [] if len(selected) > 1 else list(User.objects.holders(visible.open(), *selected))


def moved(
    request: HttpRequest, origin: Origin, sale: Sale, *, phases: list[Phase], newest: Sequence[SaleEvent]
) -> HttpResponse:
    """A card has been moved: the card, the two heads it changed, and the offers (Undo) in the message."""
    context, changed = _context(request, origin.words, origin.query), {sale.phase_id, sale.before.phase_id}
    context |= _standing(context["sales"], sale.pk, [phase for phase in phases if phase.pk in changed])
    target = f"#card-{sale.pk}" if context["column"].cards else None
    context["toast_actions"] = [
        {**offer, "target": offer.get("target") and target, "fields": {**offer["fields"], "board": context["query"]}}
        for offer in offers(sale, newest, request.user)
    ]
    return settle(request, origin.address, TEMPLATE, context, part="moved")


def closed(request: HttpRequest, origin: Origin, sale: Sale) -> HttpResponse:
    """A sale has been closed: its card goes and the head of its column changes."""
    context = _context(request, origin.words, origin.query)
    context |= _standing(context["sales"], sale.pk, Phase.objects.filter(pk=sale.phase_id))
    return resume(request, origin.address, TEMPLATE, context, part="moved", target=f"#card-{sale.pk}")


def refused(request: HttpRequest, origin: Origin, sale: Sale, refusal: Refused) -> HttpResponse:
    """Nothing was moved: the card goes where `sale` stands now, all heads as they are now, and why (rule 6)."""
    context = _context(request, origin.words, origin.query)
    context |= _standing(context["sales"], sale.pk, Phase.objects.selectable(sale.phase_id))
    messages.error(request, f"{_why(refusal)} {_where(sale)}")
    return page(request, TEMPLATE, context, part="moved", status=status_of(refusal))


def _standing(sales, pk: int, phases) -> dict:
    column = BoardColumn(BoardHead(Phase()), cards(sales.open().filter(pk=pk), today=today()))
    return {"column": column, "heads": heads(sales, phases)}


def _why(refusal: Refused) -> str:
    if isinstance(refusal, AlreadyDone):
        return _("%(who)s was first. Your choice was not carried out.") % {"who": refusal.event.by}
    return " ".join(refusal.messages)


def _where(sale: Sale) -> str:
    texts = {
        SaleStatus.OPEN: _("“%(sale)s” is in %(phase)s now."),
        SaleStatus.ACCEPTED: _("“%(sale)s” has been accepted."),
        SaleStatus.LOST: _("“%(sale)s” has been closed as lost."),
    }
    return texts[SaleStatus(sale.status)] % {"sale": sale, "phase": sale.phase}
