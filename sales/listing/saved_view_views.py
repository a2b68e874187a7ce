"""The pages of saved views of the list."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sales.listing import columns, saved_views
from sales.listing.filter_form import ViewForm
from sales.listing.filter_labels import chips
from sales.listing.filters import SaleFilter, list_state
from sales.models import SavedView
from salescrm.forms.submission import create_form, refusals_in, submitted_version
from salescrm.forms.versioned import VersionedForm
from salescrm.pages import leave, page
from salescrm.url_words import carried
from salescrm.versions import Refused, Stale

sees_sales = permission_required("sales.view_sale", raise_exception=True)


@require_safe
@sees_sales
def views(request: HttpRequest) -> HttpResponse:
    """All views one may use: to open, rename, share and remove."""
    pairs = [(view, saved_views.works(view)) for view in saved_views.usable_by(request.user)]
    context = {
        "own": [(view, works) for view, works in pairs if view.owner_id == request.user.pk],
        "of_others": [(view, works) for view, works in pairs if view.owner_id != request.user.pk],
        "may_tidy": saved_views.may_tidy(request.user),
    }
    return page(request, "sales/listing/saved_views.html", context, part="views")


def _asks(view: SavedView) -> dict:
    """The filter of a view with its chips; nothing when it uses a word or value that no longer exists."""
    if not saved_views.works(view):
        return {"works": False}
    query = QueryDict(view.query)
    sale_filter = SaleFilter.parse(query)
    return {"works": True, "sale_filter": sale_filter, "chips": chips(sale_filter, query)}


@require_http_methods(["GET", "HEAD", "POST"])
@sees_sales
def view_new(request: HttpRequest) -> HttpResponse:
    """Save the filter of the list under a name, with the columns of this browser."""
    sent = request.method == "POST"
    query = carried(request.POST.get("query", "")) if sent else request.GET
    sale_filter = SaleFilter.parse(query)
    visible = columns.visible_columns(list_state(query).columns, request.COOKIES, sale_filter.status)
    form, (token, made) = ViewForm(request.POST if sent else None), create_form(request, SavedView)
    if not made and sent and form.is_valid():
        words = saved_views.with_columns(query, visible)
        with refusals_in(form):
            made = saved_views.save(**form.cleaned_data, query=words, by=request.user, token=token)
    if made:
        messages.success(request, _("The view “%(view)s” is kept.") % {"view": made})
        return leave(request, made.address)
    context = {"form": form, "chips": chips(sale_filter, query), "sale_filter": sale_filter, "query": query.urlencode()}
    context["token"] = token
    return page(request, "sales/listing/saved_view_new.html", context, part="dialog", status=422 if sent else 200)


def _usable(request: HttpRequest, pk: int) -> SavedView:
    return get_object_or_404(saved_views.usable_by(request.user), pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@sees_sales
def view(request: HttpRequest, pk: int) -> HttpResponse:
    """What a view is called and who uses it; to change for its owner, to stop the sharing of for managers."""
    stored, sent = _usable(request, pk), request.method == "POST"
    is_own, may_tidy = stored.owner_id == request.user.pk, saved_views.may_tidy(request.user)
    if sent and "stop" in request.POST:
        saved_views.stop_sharing(stored, by=request.user)
        messages.success(request, _("The view “%(view)s” is no longer shared.") % {"view": stored})
        return leave(request, "sales:views")
    if sent and not is_own:
        raise PermissionDenied
    editor, status = VersionedForm(request, stored, _name_form), 422 if sent else 200
    try:
        if sent and editor.is_ready():
            with refusals_in(editor.form):
                saved_views.change(stored, **editor.form.cleaned_data, version=editor.version, by=request.user)
                return leave(request, "sales:views")
    except Stale as stale:
        status = 409
        editor.merge(stale)
    context = {"view": stored, "is_own": is_own, "may_tidy": may_tidy, **editor.context, **_asks(stored)}
    return page(request, "sales/listing/saved_view.html", context, part="dialog", status=status)


def _name_form(data: QueryDict | None, view: SavedView) -> ViewForm:
    return ViewForm(data, initial={"name": view.name, "shared": view.shared})


@require_POST
@sees_sales
def view_update(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a view show what the list shows now."""
    stored = _usable(request, pk)
    if stored.owner_id != request.user.pk:
        raise PermissionDenied
    query = carried(request.POST.get("query", ""))
    sale_filter = SaleFilter.parse(query)
    visible = columns.visible_columns(list_state(query).columns, request.COOKIES, sale_filter.status)
    words, version = saved_views.with_columns(query, visible), submitted_version(request)
    try:
        stored = saved_views.update(stored, query=words, version=version, by=request.user)
    except Stale as stale:
        context = {"view": stale.current, "why": stale.message, "query": words, "stored": _asks(stale.current)}
        context["yours"] = {"sale_filter": sale_filter, "chips": chips(sale_filter, query)}
        return page(request, "sales/listing/saved_view_conflict.html", context, part="dialog", status=409)
    except Refused as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect(f"{reverse('sales:list')}?{query.urlencode()}")
    messages.success(request, _("The view “%(view)s” shows this filter from now on.") % {"view": stored})
    return redirect(stored.address)


@require_http_methods(["GET", "HEAD", "POST"])
@sees_sales
def view_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove a view of one's own; the sales stay."""
    stored = _usable(request, pk)
    if stored.owner_id != request.user.pk:
        raise PermissionDenied
    if request.method == "POST":
        saved_views.delete(stored, by=request.user)
        messages.success(request, _("The view “%(view)s” is removed.") % {"view": stored})
        return leave(request, "sales:views")
    return page(request, "sales/listing/saved_view_delete.html", {"view": stored}, part="dialog")
