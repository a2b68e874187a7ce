"""The panel of sales on the page of a relation."""

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from sales.customers import summary
from sales.models import Sale
from salescrm.pages import page

ROWS = 6


@require_safe
@permission_required("sales.view_sale", raise_exception=True)
def sales_of_relation(request: HttpRequest, pk: int) -> HttpResponse:
    """Open, accepted and lost sales of a relation with their totals, and the sales it plays another part in."""
    visible = Sale.objects.visible_to(request.user)
    overview = summary.summary(visible, pk)
    latest = visible.filter(customer=pk).for_list().order_by("-updated_at", "-pk")[:ROWS]
    as_contact = visible.filter(contact__person=pk).for_list().order_by("-updated_at", "-pk")[:ROWS]
    context = {
        "pk": pk,
        "url": reverse("sales:list"),
        "groups": overview.groups,
        "totals": {"count": overview.count},
        "contact": overview.contact,
        "rival": overview.rival,
        "sales": latest if overview.count else [],
        "contact_sales": as_contact if overview.contact.count else [],
    }
    return page(request, "sales/customers/of_relation.html", context, part="panel")
