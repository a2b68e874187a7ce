"""Timelines: that of a sale as a part of its page, those around a relation and a project as panels on theirs."""

from dataclasses import dataclass

from django.contrib.auth.decorators import permission_required
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from projects import note_views as project_notes
from projects.models import Project
from relations import note_views as relation_notes
from relations.models import Relation
from sales import notes, sentences
from sales.models import Sale, SaleEvent
from sales.timeline import around, exporting
from sales.timeline.around import Timeline
from salescrm.exports import downloads
from salescrm.models import User
from salescrm.notes.views import Notebook
from salescrm.pages import page
from salescrm.url_words import page_number

PAGE = 50
ONLY = ("", "notes", "changes")
EXPORT = {Relation: "relations.export_relation", Project: "projects.export_project"}
BOOKS = {book.model: book for book in (relation_notes.NOTES, notes.NOTES, project_notes.NOTES)}


@dataclass(frozen=True)
class TimelineQuery:
    """The words of the address: notes or changes only, which page, and whether the form of a note is swapped too."""

    only: str = ""
    number: int = 1
    form: bool = False

    @classmethod
    def parse(cls, query: QueryDict) -> "TimelineQuery":
        """Read them; BadRequest on anything unknown."""
        only, number = query.get("only", ""), query.get("page", "1")
        if only not in ONLY or page_number(number) > 200:
            raise BadRequest("unknown part of a timeline")
        return cls(only, page_number(number), "form" in query)

    @property
    def part(self) -> str:
        """The part htmx swaps: all of it, the entries, or those of one page more."""
        return "timeline" if self.form else "older" if self.number > 1 else "history"

    def context(self, url: str, entries: list, *, start: int = 0) -> dict:
        """The context of the templates; `entries` begin with number `start` and hold one more than the page shows."""
        first = (self.number - 1) * PAGE - start
        return {
            "entries": entries[first : first + PAGE],
            "only": self.only,
            "older": self.number + 1 if len(entries) > first + PAGE else None,
            "newer": self.number - 1,
            "timeline_url": url,
            "choices": [("", _("All")), ("notes", _("Notes and calls")), ("changes", _("Changes"))],
        }


def of_sale(request: HttpRequest, sale: Sale, events: list[SaleEvent]) -> dict:
    """The context of the timeline on the page of a sale: its `events`, which were read already, and its notes."""
    query, user, ahead = TimelineQuery.parse(request.GET), request.user, []
    entries = sentences.tell(events, get_language()) if query.only != "notes" else []
    if query.only != "changes" and any(event.noted for event in events[:1]):
        written = sale.notes.select_related("by").defer("by__password").prefetch_related("files")
        newest = notes.NOTES.dress(written[: query.number * PAGE + 1], user)
        entries, ahead = sentences.with_notes(entries, newest), notes.meetings_ahead(newest)
    url = reverse("sales:history", args=[sale.pk])
    return query.context(url, entries) | {"draft": notes.NOTES.draft(sale, user), "meetings": ahead}


def file_of_sale(request: HttpRequest, sale: Sale, kind: str) -> HttpResponseBase:
    """The history of a sale and its notes as a file."""
    query, entries = TimelineQuery.parse(request.GET), []
    if query.only != "notes":
        entries = sentences.tell(sentences.read(sale, []), get_language())
    if query.only != "changes":
        written = sale.notes.select_related("by").prefetch_related("files")
        entries = sentences.with_notes(entries, written)
    return downloads.respond(request, exporting.timeline_table(entries), kind)


@require_safe
@permission_required("relations.view_relation", raise_exception=True)
def of_relation(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The timeline of a relation, as far as this user may see it."""
    relation = get_object_or_404(Relation, pk=pk)
    timeline = around.about_relation(relation, request.user)
    return _panel(request, relation, timeline, relation_notes.NOTES)


@require_safe
@permission_required("projects.view_project", raise_exception=True)
def of_project(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The timeline of a project, as far as this user may see it."""
    project = get_object_or_404(Project, pk=pk)
    return _panel(request, project, around.about_project(project, request.user), project_notes.NOTES)


def _panel(request: HttpRequest, record: Relation | Project, timeline: Timeline, book: Notebook) -> HttpResponseBase:
    query = TimelineQuery.parse(request.GET)
    if kind := downloads.file_kind(request, "sales.export_sale", EXPORT[type(record)]):
        entries = timeline.all(query.only, get_language(), most=downloads.MOST_ROWS + 1, chunk=PAGE)
        return downloads.respond(request, exporting.timeline_table(entries), kind)
    start = (query.number - 1) * PAGE
    keys = timeline.newest(query.only, start=start, stop=start + PAGE + 1)
    entries = timeline.read(keys, get_language())
    _dress(entries, request.user, own=book)
    context = query.context(request.path, entries, start=start)
    context |= {"record": record, "draft": book.draft(record, request.user)}
    return page(request, "sales/timeline/timeline.html", context, part=query.part)


def _dress(entries: list, user: User, *, own: Notebook) -> None:
    for model, book in BOOKS.items():
        written = [entry.note for entry in entries if isinstance(entry.note, model)]
        book.dress(written, user, changeable=book is own)
