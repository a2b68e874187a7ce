"""The answer of the pages of a sale that was moved to the trash meanwhile; nothing typed is lost."""

from collections.abc import Iterator

from django.core.exceptions import ValidationError
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.text import capfirst

from projects.models import Project
from sales.models import Sale, SaleLine, SaleNote
from sales.origin import names_board
from sales.trashing import trashings
from salescrm.fields import DayField, field_of
from salescrm.forms.differences import readable
from salescrm.models import User
from salescrm.pages import above, asks_for_part, is_for_dialog, page

MAY_TRASH = ["sales.view_sale", "sales.trash_sale"]
TEMPLATE = "sales/in_trash.html"
TABLES = (Sale, SaleLine, SaleNote, Project)  # the fields of the forms of a sale belong to one of these
WORDS = {  # words of forms that are not named after their field
    "customer_text": "customer", "lost_to_text": "lost_to", "explanation": "loss_explanation", "closed_on": "closed_on",
}  # fmt: skip


class InTrash(Http404):
    """The sale is in the trash, and this user would see it outside; `answer` is given instead of a bare 404."""

    def __init__(self, sale: Sale):
        self.sale = sale
        super().__init__("in the trash")

    def answer(self, request: HttpRequest) -> HttpResponse:
        """A redirect to the trash for who may look there, else a page that says who put it there and what was typed."""
        posted, in_dialog, in_part = request.method == "POST", is_for_dialog(request), asks_for_part(request)
        may_look = request.user.has_perms(MAY_TRASH)
        if not posted and may_look and (in_dialog or not in_part):
            return redirect("sales:trash-sale", self.sale.pk)
        context = {
            "sale": self.sale,
            "trashing": trashings([self.sale])[self.sale.pk],
            "posted": posted,
            "may_look": may_look,
            "typed": [*_typed(request)],
        }
        if in_dialog and not posted:
            return page(request, TEMPLATE, context, part="dialog", status=409)
        status, on_board = 409 if posted or in_part else 404, names_board(request.POST) and not in_dialog
        target = "#board-messages" if on_board else ""
        return above(request, TEMPLATE, context, part="notice", status=status, target=target)


def missing(user: User, pk: int) -> Http404:
    """What to raise for a sale that is not among those this user sees: InTrash if it would be, outside the trash."""
    sale = Sale.objects.in_trash(user).filter(pk=pk).first()
    return InTrash(sale) if sale else Http404("no such sale")


def _typed(request: HttpRequest) -> Iterator[tuple[str, str]]:
    """The label and the text of every field somebody may have typed in."""
    for word, texts in request.POST.lists():
        field = _field(word.rpartition("-")[2])  # lines-0-description
        if field and texts[-1].strip():
            yield capfirst(str(field.verbose_name)), _readable(field, texts[-1])


def _field(word: str) -> models.Field | None:
    """The field this word of a form is typed into; none for a choice: that is quickly made again."""
    for table in TABLES:
        for field in table._meta.concrete_fields:
            is_choice = field.choices or isinstance(field, models.ForeignKey | models.BooleanField)
            if field.name == word and field.editable and not is_choice:
                return field
    return field_of(Sale, WORDS[word]) if word in WORDS else None


def _readable(field: models.Field, text: str) -> str:
    if not isinstance(field, DayField):
        return text
    day = field.formfield()
    try:
        return readable(day, day.to_python(text))
    except ValidationError:
        return text
