"""Everything that happened around a relation or a project: notes, changes of sales, invoices and projects.

Only what the user may see is read. However long the history is, a page costs the same: the database merges the newest
keys of every source, and only the rows of one page are read.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import reduce
from itertools import batched
from operator import or_
from typing import Any

from django.db.models import F, Q, QuerySet, Value
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from invoicing.models import Invoice, InvoiceEvent
from projects.models import Project, ProjectNote
from relations.models import Relation, RelationNote
from sales.models import Sale, SaleEvent, SaleNote
from sales.sentences import Entry, entry_after, name_all
from salescrm.models import User
from salescrm.notes.models import Note

INVOICE_EVENTS = {
    InvoiceEvent.Kind.CREATED: ("document-plus", gettext_lazy("Draft invoice created")),
    InvoiceEvent.Kind.ISSUED: ("document-check", gettext_lazy("Invoice issued")),
    InvoiceEvent.Kind.SENT: ("paper-airplane", gettext_lazy("Invoice sent")),
}
NOTES = {RelationNote: "relation", SaleNote: "sale", ProjectNote: "project"}


@dataclass(frozen=True)
class Timeline:
    """The sources of a timeline, as far as the user may see them: notes, and changes with the column of their day."""

    notes: list[QuerySet]
    changes: list[tuple[QuerySet, str]]
    about: type[Relation] | type[Project]

    def newest(self, only: str, *, start: int, stop: int) -> list[tuple[str, int]]:
        """Model and key of the entries from `start` up to `stop`: one statement."""
        wanted = [(rows, "at") for rows in self.notes if only != "changes"]
        wanted += self.changes if only != "notes" else []
        keys = [
            rows.annotate(moment=F(at), model=Value(rows.model.__name__))
            .order_by("-moment", "-pk")
            .values_list("moment", "model", "pk")[:stop]
            for rows, at in wanted
        ]
        merged = keys[0].union(*keys[1:], all=True).order_by("-moment", "model", "-pk")[start:stop]
        return [(source, pk) for _moment, source, pk in merged]

    def read(self, keys: list[tuple[str, int]], language: str) -> list[Entry]:
        """The entries with these keys, in their order."""
        wanted: dict[str, list[int]] = {}
        for source, pk in keys:
            wanted.setdefault(source, []).append(pk)
        entries = {}
        model: Any
        for model, about in NOTES.items():
            entries |= self._notes(model, about, wanted.get(model.__name__, []))
        entries |= _events(wanted.get("SaleEvent", []), language)
        entries |= _invoices(wanted.get("InvoiceEvent", []))
        entries |= _projects(wanted.get("Project", []), of_itself=self.about is Project)
        return [entries[key] for key in keys if key in entries]

    def all(self, only: str, language: str, *, most: int, chunk: int) -> Iterator[Entry]:
        """The entries from the newest to the oldest, read so many at once; at most so many."""
        for keys in batched(self.newest(only, start=0, stop=most), chunk):
            yield from self.read(list(keys), language)

    def _notes(self, model: type[Note], about: str, pks: list[int]) -> dict:
        if not pks:
            return {}
        rows = model.objects.filter(pk__in=pks).select_related("by", about).prefetch_related("files")
        own = model._meta.get_field(about).related_model is self.about
        return {
            (model.__name__, note.pk): Entry(None, "", note=note, about=None if own else getattr(note, about))
            for note in rows
        }


def about_relation(relation: Relation, user: User) -> Timeline:
    """The timeline of a relation as customer, and of a person also as contact person."""
    is_theirs = Q(customer=relation)
    if relation.is_person:
        is_theirs |= Q(contact__in=relation.positions.values("pk"))
    sales = Sale.objects.visible_to(user).filter(is_theirs)
    projects = _allowed(Project.objects.filter(is_theirs), user, "projects.view_project")
    invoices = _allowed(Invoice.objects.filter(is_theirs), user, "invoicing.view_invoice")
    return Timeline(
        notes=[
            RelationNote.objects.filter(relation=relation),
            SaleNote.objects.filter(sale__in=sales.order_by().values("pk")),
            ProjectNote.objects.filter(project__in=projects.order_by().values("pk")),
        ],
        changes=[
            (SaleEvent.objects.filter(sale__in=sales.order_by().values("pk")), "at"),
            (
                InvoiceEvent.objects.filter(
                    invoice__in=invoices.order_by().values("pk"), kind__in=list(INVOICE_EVENTS)
                ),
                "at",
            ),
            (projects, "created_at"),
        ],
        about=Relation,
    )


def about_project(project: Project, user: User) -> Timeline:
    """The timeline of a project: its own notes, and the sales it came from."""
    sales = Sale.objects.visible_to(user).filter(project=project).order_by().values("pk")
    return Timeline(
        notes=[ProjectNote.objects.filter(project=project), SaleNote.objects.filter(sale__in=sales)],
        changes=[
            (SaleEvent.objects.filter(sale__in=sales), "at"),
            (Project.objects.filter(pk=project.pk), "created_at"),
        ],
        about=Project,
    )


def _allowed(rows: QuerySet, user: User, permission: str) -> QuerySet:
    return rows if user.has_perm(permission) else rows.filter(pk__in=[])


def _events(pks: list[int], language: str) -> dict:
    if not pks:
        return {}
    events = list(SaleEvent.objects.filter(pk__in=pks).select_related("sale"))
    previous = reduce(or_, (Q(sale=event.sale_id, sequence=event.sequence - 1) for event in events))
    before = {(event.sale_id, event.sequence + 1): event for event in SaleEvent.objects.filter(previous)}
    name_all([*events, *before.values()])
    return {
        ("SaleEvent", event.pk): entry_after(before.get((event.sale_id, event.sequence)), event, language)
        for event in events
    }


def _invoices(pks: Iterable[int]) -> dict:
    rows = InvoiceEvent.objects.filter(pk__in=pks).select_related("invoice", "by") if pks else []
    return {
        ("InvoiceEvent", row.pk): Entry(
            None, str(headline), icon=icon, at=row.at, by=row.by, about=row.invoice,
        )
        for row in rows
        for icon, headline in [INVOICE_EVENTS[row.kind]]
    }  # fmt: skip


def _projects(pks: Iterable[int], *, of_itself: bool) -> dict:
    rows = Project.objects.filter(pk__in=pks) if pks else []
    return {
        ("Project", row.pk): Entry(
            None, _("Project opened"), icon="folder-plus", at=row.created_at, about=None if of_itself else row
        )
        for row in rows
    }
