"""The trash: what is in it, putting a sale there, and taking it back."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.html import conditional_escape, escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from sales import trashing
from sales.answers import explain, status_of
from sales.in_trash import MAY_TRASH
from sales.listing import exporting
from sales.models import Sale
from sales.origin import Origin
from sales.refusals import Refused
from salescrm.exports import downloads
from salescrm.forms.submission import submitted_version
from salescrm.listing.state import Listing
from salescrm.money import format_number
from salescrm.pages import leave, page
from salescrm.toasts import succeed
from salescrm.url_words import moment

may_trash = permission_required(MAY_TRASH, raise_exception=True)


@require_safe
@may_trash
def index(request: HttpRequest) -> HttpResponseBase:
    """The sales in the trash, the last one first, with who put them there."""
    state, sales = Listing().read(request.GET), Sale.objects.in_trash(request.user)
    if kind := downloads.file_kind(request, "sales.export_sale"):
        return downloads.respond(request, exporting.trash_table(sales), kind)
    related = sales.select_related("customer", "owner", "phase").defer("note", "search")
    rows = state.page_of(related, count=sales.count())
    trashings = trashing.trashings(rows)
    for sale in rows:
        sale.trashing = trashings[sale.pk]
    return page(request, "sales/listing/trash.html", {"rows": rows}, part="rows")


@may_trash
def trash(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask before a sale goes to the trash; of one that is there: since when, by whom, and the way back."""
    sale, origin = _sale(request, pk), Origin.of(request)
    if request.method != "POST":
        return _show(request, sale, origin)
    try:
        sale = trashing.trash(sale, version=submitted_version(request), by=request.user)
    except Refused as refusal:
        return _show(request, _sale(request, pk), origin, status=status_of(refusal), **explain(refusal))
    offer = {"url": reverse("sales:restore", args=[pk]), "fields": {"version": sale.version}}
    succeed(request, _("“%(sale)s” is in the trash.") % {"sale": sale}, label=_("Restore"), **offer)
    return leave(request, origin.address or f"{reverse('sales:list')}?status=open")


@require_POST
@may_trash
def restore(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a sale out of the trash. From the list of the trash it leads back there, to restore others."""
    sale, origin = _sale(request, pk), Origin.of(request)
    try:
        sale = trashing.restore(sale, version=submitted_version(request), by=request.user)
    except Refused as refusal:
        return _show(request, _sale(request, pk), origin, status=status_of(refusal), **explain(refusal))
    stays, text = "stay" in request.POST, escape(_("“%(sale)s” is back from the trash."))
    link = format_html('<a href="{}">{}</a>', sale.get_absolute_url(), sale) if stays else conditional_escape(sale)
    messages.success(request, SafeString(text % {"sale": link}))
    return leave(request, "sales:trash" if stays else sale)


@require_POST
@may_trash
def restore_many(request: HttpRequest) -> HttpResponse:
    """Take back all the sales this user put in the trash at the posted moment."""
    count = trashing.restore_many(trashed_at=moment(request.POST.get("at", "")), by=request.user)
    if count:
        text = ngettext("%(count)s sale is back from the trash.", "%(count)s sales are back from the trash.", count)
        messages.success(request, text % {"count": format_number(count, get_language())})
    else:
        messages.warning(request, _("These sales have been restored or changed since. Nothing was stored."))
    return redirect(f"{reverse('sales:list')}?status=open" if count else "sales:trash")


def _sale(request: HttpRequest, pk: int) -> Sale:
    everywhere = Sale.objects.visible_to(request.user) | Sale.objects.in_trash(request.user)
    return get_object_or_404(everywhere.select_related("customer", "owner", "phase", "invoice", "project"), pk=pk)


def _show(request: HttpRequest, sale: Sale, origin: Origin, *, status: int = 200, **extra) -> HttpResponse:
    context = {"sale": sale, "version": sale.version, "why_not": "", "back": origin.address, **extra}
    if sale.trashed:
        context["trashing"] = trashing.trashings([sale])[sale.pk]
    else:
        try:
            trashing.check_trash(sale)
        except Refused as refusal:
            context["why_not"] = " ".join(refusal.messages)
    return page(request, "sales/listing/trash_sale.html", context, part="dialog", status=status)
