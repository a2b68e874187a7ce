"""Changing many sales: the selection, the form of the change, its preview, and carrying it out."""

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import BadRequest, PermissionDenied
from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sales.bulk.changing import change_many
from sales.bulk.forms import FORMS
from sales.bulk.preview import (
    LIMIT,
    Preview,
    check_number,
    preview,
)
from sales.bulk.undo import undo_many
from sales.listing.filters import SaleFilter
from sales.models import Sale
from sales.models.querysets import SaleQuerySet
from sales.refusals import Changed, Refused
from salescrm.calendar import today
from salescrm.models import User
from salescrm.money import format_number
from salescrm.pages import leave, page
from salescrm.toasts import succeed
from salescrm.url_words import carried, is_id, moment

TICKED = 1000  # more are selected by their filter: a page does not carry the ids of all
NAMED = 50


@dataclass(frozen=True)
class Selection:
    """The sales a list was sent with: those that were ticked, or all that match its filter (`ids` is None)."""

    query: str
    filter: SaleFilter
    ids: tuple[int, ...] | None

    @classmethod
    def read(cls, data: QueryDict) -> "Selection":
        """What the list or our own form sent; anything that cannot be read is a BadRequest."""
        words = carried(data.get("query", ""))
        texts = [text for value in data.getlist("sale") for text in value.split(",")]
        if not all(map(is_id, texts)):
            raise BadRequest("a sale is a number")
        ids = None if data.get("all") == "1" else tuple(dict.fromkeys(map(int, texts)))
        return cls(words.urlencode(), SaleFilter.parse(words), ids)

    def sales(self, user: User) -> SaleQuerySet:
        """Those of them this user may see."""
        seen = Sale.objects.visible_to(user)
        return self.filter.apply(seen, today=today()) if self.ids is None else seen.filter(pk__in=self.ids)

    @property
    def joined(self) -> str:
        """The ticked ones as one word of a form."""
        return ",".join(map(str, self.ids or ()))

    @property
    def back(self) -> str:
        """The list as it was."""
        return f"{reverse('sales:list')}?{self.query}".removesuffix("?")

    def missing(self, count: int) -> int:
        """How many of the ticked sales are not among the `count` that this user may see."""
        return len(self.ids) - count if self.ids is not None else 0


@require_POST
@permission_required("sales.view_sale", raise_exception=True)
def bulk(request: HttpRequest) -> HttpResponse:
    """Show the form, then the preview, then change: every step carries all answers, nothing is stored in between."""
    action = request.POST.get("action", "")
    if action not in FORMS:
        raise BadRequest("no such change")
    if not request.user.has_perm(FORMS[action].right):
        raise PermissionDenied
    selection = Selection.read(request.POST)
    if selection.ids == ():
        messages.warning(request, _("Select the sales you want to change first."))
        return leave(request, selection.back)
    asks = bool(FORMS[action]().fields)
    form = FORMS[action](request.POST if "asked" in request.POST or not asks else None, auto_id="bulk_%s")
    context = {"action": action, "form": form, "selection": selection, "asks": asks}
    try:
        check_number(len(selection.ids or ()), TICKED)
        return _answer(request, selection, form, context)
    except Refused as refusal:  # too many
        context |= {"why": " ".join(refusal.messages), "too_many": True}
        return page(request, "sales/bulk/page.html", context, part="dialog", status=422)


def _answer(request: HttpRequest, selection: Selection, form, context: dict) -> HttpResponse:
    sales, status = selection.sales(request.user), 200
    if not (form.is_bound and form.is_valid()):
        context |= _count_context(sales, selection)
        return page(request, "sales/bulk/page.html", context, part="dialog", status=422 if form.is_bound else 200)
    if "carry-out" in request.POST:
        others = request.POST["carry-out"] == "others"
        try:
            basis = request.POST.get("basis", "")
            changed = change_many(sales, form.deed(), basis=basis, leave_out=others, by=request.user)
        except Refused as refusal:
            context["why"], status = " ".join(refusal.messages), 409 if isinstance(refusal, Changed) else 422
        else:
            _tell(request, form, changed, selection)
            return leave(request, selection.back)
    context |= _preview_context(preview(sales, form.deed()), form, selection)
    return page(request, "sales/bulk/page.html", context, part="dialog", status=status)


def _tell(request: HttpRequest, form, changed: list[Sale], selection: Selection) -> None:
    if not changed:
        messages.success(request, _("Nothing had to be changed."))
        return
    name, label = form.way_back or ("", "")
    back = {"url": reverse(name), "label": str(label)} if name and _in_reach(changed, request.user) else {}
    fields = {"at": changed[0].updated_at.isoformat(), "query": selection.query}
    succeed(request, form.message(len(changed)), fields=fields, **back)


def _in_reach(changed: list[Sale], user: User) -> bool:
    """Whether this user still sees them all: a sale handed over to a colleague may be out of sight."""
    everywhere = Sale.objects.visible_to(user) | Sale.objects.in_trash(user)
    return everywhere.filter(pk__in=[sale.pk for sale in changed]).count() == len(changed)


@require_POST
@permission_required(["sales.move_sale", "sales.change_sale"], raise_exception=True)
def undo(request: HttpRequest) -> HttpResponse:
    """Take back what this user did to many sales at the posted moment (rule 14), and lead to the list as it was."""
    back, done_at = Selection.read(request.POST).back, moment(request.POST.get("at", ""))
    try:
        undone = undo_many(done_at=done_at, by=request.user)
    except Refused as refusal:
        messages.warning(request, " ".join(refusal.messages))
        return redirect(back)
    if undone.back:
        text = ngettext("%(count)s sale is as it was.", "%(count)s sales are as they were.", undone.back)
        messages.success(request, text % {"count": format_number(undone.back, get_language())})
    if undone == (0, 0):
        messages.warning(request, _("There is nothing to undo."))
    if undone.left:
        text = ngettext(
            "%(count)s sale has been changed since and stays as it is.",
            "%(count)s sales have been changed since and stay as they are.",
            undone.left,
        )
        messages.warning(request, text % {"count": format_number(undone.left, get_language())})
    return redirect(back)


def _count_context(sales: SaleQuerySet, selection: Selection) -> dict:
    selected = sales.count()
    check_number(selected, LIMIT)
    return {"selected": selected, "missing": selection.missing(selected)}


def _preview_context(result: Preview, form, selection: Selection) -> dict:
    changing, alike, refused = len(result.changing), len(result.alike), len(result.refused)
    named, selected = result.refused[:NAMED], changing + alike + refused
    prefetch_related_objects([sale for sale, _why in named], "customer")
    return {
        "preview": result,
        "will": form.will(changing),
        "changing": changing,
        "alike": alike,
        "refused": refused,
        "named": named,
        "unnamed": refused - len(named),
        "selected": selected,
        "missing": selection.missing(selected),
    }
