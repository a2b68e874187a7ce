"""The answer to whoever asks for a sale that was moved to the trash meanwhile; nothing typed is lost."""

from collections.abc import Iterator

from django import forms
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.text import capfirst
from django_htmx.http import reswap, retarget

from projects.forms import ProjectForm
from sales.board import views
from sales.forms import LineForm, ProbabilityForm, SaleForm
from sales.models import Sale
from sales.trashing import trashings
from salescrm.conflicts import readable
from salescrm.models import User
from salescrm.notes.forms import NoteForm
from salescrm.pages import page

MAY_TRASH = ["sales.view_sale", "sales.trash_sale"]
TEMPLATE = "sales/gone.html"
CHOSEN = (forms.ChoiceField, forms.ModelChoiceField, forms.BooleanField)  # not typed: chosen again in a moment
FIELDS = {
    name: field
    for form in (ProjectForm, LineForm, ProbabilityForm, NoteForm, SaleForm)
    for name, field in form.base_fields.items()
    if not isinstance(field, CHOSEN)
} | {f"{name}_text": forms.CharField(label=Sale._meta.get_field(name).verbose_name) for name in ("customer", "lost_to")}


class InTrash(Http404):
    """The sale is in the trash, and this user would see it outside; `answer` is given instead of a bare 404."""

    def __init__(self, sale: Sale):
        self.sale = sale
        super().__init__("in the trash")

    def answer(self, request: HttpRequest) -> HttpResponse:
        """The way to the trash for who may look there, else that it is there, who put it there, and what was typed."""
        posted, in_dialog = request.method == "POST", request.htmx.target == "dialog"
        may_look = request.user.has_perms(MAY_TRASH)
        if not posted and may_look and (in_dialog or not request.htmx):
            return redirect("sales:trash-sale", self.sale.pk)
        context = {
            "sale": self.sale,
            "trashing": trashings([self.sale])[self.sale.pk],
            "posted": posted,
            "may_look": may_look,
            "typed": [*_typed(request)],
        }
        if posted or not in_dialog:
            response = page(request, TEMPLATE, context, part="notice", status=409 if posted or request.htmx else 404)
            return _above(request, response)
        return page(request, TEMPLATE, context, part="dialog", status=409)


def missing(user: User, pk: int) -> Http404:
    """What to raise for a sale that is not among those this user sees: InTrash if it would be, outside the trash."""
    sale = Sale.objects.in_trash(user).filter(pk=pk).first()
    return InTrash(sale) if sale else Http404("no such sale")


def _above(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """The form stays as it is, with everything typed in it; what happened is told above it."""
    if not request.htmx:
        return response
    if views.is_sender(request) and request.htmx.target != "dialog":
        retarget(response, "#board-messages")
    return reswap(response, "afterbegin")


def _typed(request: HttpRequest) -> Iterator[tuple[str, str]]:
    """The label and the text of every field somebody may have typed in."""
    for word, texts in request.POST.lists():
        name = word.rpartition("-")[2]  # lines-0-description
        if name in FIELDS and texts[-1].strip():
            yield capfirst(str(FIELDS[name].label)), _readable(FIELDS[name], texts[-1])


def _readable(field: forms.Field, text: str) -> str:
    try:
        return readable(field, field.to_python(text)) if isinstance(field, forms.DateField) else text
    except ValidationError:
        return text
