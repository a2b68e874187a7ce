"""Saved views of the list: kept, renamed, shared and removed by who made them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from django.core.exceptions import BadRequest
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from sales.listing.columns import STANDARDS
from sales.listing.filters import SaleFilter, canonical, written
from sales.models import SaleStatus, SavedView
from salescrm.models import User
from salescrm.refusals import Forbidden
from salescrm.uniqueness import violations_in_words
from salescrm.url_words import changed, is_id
from salescrm.versions import Gone, Refused, claim, commit, commit_all, lock_all, once

CLOSED = ("reason", "lost_to", "closed_from", "closed_to")  # what is asked of closed sales
LIST_ONLY = ("status", "sort", "columns")  # the board shows open sales, as it shows them
LONGEST = SavedView._meta.get_field("query").max_length


@dataclass(frozen=True)
class Menu:
    """The views of the list: one's own, those of others, the one that is open, and whether something was changed."""

    own: list[SavedView] = field(default_factory=list)
    of_others: list[SavedView] = field(default_factory=list)
    opened: SavedView | None = None
    is_changed: bool = False
    may_update: bool = False


def usable_by(user: User) -> QuerySet[SavedView]:
    """The views of this user and those that others share, by name. What a view shows depends on who looks."""
    return SavedView.objects.filter(Q(owner=user) | Q(shared=True)).select_related("owner")


def save(*, name: str, query: str, shared: bool, by: User, token: UUID | None = None) -> SavedView:
    """Keep a filter under a name; the same `token` twice gives the first view (rule 6).

    Refuses a name in use and a filter too long.
    """
    view = SavedView(owner=by, name=name.strip(), query=_storable(query), shared=shared, updated_by=by)
    return once(token, SavedView, lambda: _store(view, view.save))


def change(view: SavedView, *, name: str, shared: bool, version: int, by: User) -> SavedView:
    """Give a view of one's own another name, share it or stop sharing it; Stale when it was changed meanwhile."""
    return _write(view, {"name": name.strip(), "shared": shared}, version, by)


def update(view: SavedView, *, query: str, version: int, by: User) -> SavedView:
    """Let a view of one's own show what this filter shows; Stale when it was changed meanwhile."""
    return _write(view, {"query": _storable(query)}, version, by)


@transaction.atomic
def stop_sharing(view: SavedView, *, by: User) -> SavedView:
    """Take a view out of everybody's menu; its owner keeps it. For the owner, and for who may change others' views."""
    if view.owner_id != by.pk and not may_tidy(by):
        raise Forbidden
    commit_all(lock_all(SavedView.objects.filter(pk=view.pk, shared=True)), shared=False, by=by)
    view.shared = False
    return view


def delete(view: SavedView, *, by: User) -> None:
    """Remove a view of one's own; sent twice, it is gone."""
    if view.owner_id != by.pk:
        raise Forbidden
    SavedView.objects.filter(pk=view.pk).delete()


def may_tidy(user: User) -> bool:
    """Whether a user may stop the sharing of views of others."""
    return user.has_perm("sales.change_savedview")


def works(view: SavedView) -> bool:
    """Whether the list still knows every word of the view."""
    try:
        SaleFilter.parse(QueryDict(view.query))
    except BadRequest:
        return False
    return True


def menu(user: User, query: QueryDict, pk: int | None, *, board: bool = False) -> Menu:
    """The views this user may open; `pk` is the one this query string, read already, came from. One statement.

    On the board they open there, where they can, and none is updated: it shows less than a view may hold.
    """
    views = list(usable_by(user))
    opened = next((view for view in views if view.pk == pk), None)
    for view in views:
        view.leads_to = on_board(view) if board else view.address
    write = _of_board if board else written
    return Menu(
        own=[view for view in views if view.owner_id == user.pk],
        of_others=[view for view in views if view.owner_id != user.pk],
        opened=opened,
        is_changed=opened is not None and write(query) != write(QueryDict(opened.query)),
        may_update=not board and opened is not None and opened.owner_id == user.pk,
    )


def on_board(view: SavedView) -> str:
    """Where the view is open on the board; in the list, if it asks for what the board does not show."""
    words = QueryDict(view.query)
    if not works(view) or {*words} & {*CLOSED} or words.getlist("status") not in ([], [SaleStatus.OPEN]):
        return view.address
    query = _of_board(words)
    return f"{reverse('sales:board')}?{query}{'&' if query else ''}view={view.pk}"


def _of_board(query: QueryDict) -> str:
    return written(changed(query, **dict.fromkeys(LIST_ONLY)))


def broken(text: str, user: User) -> SavedView | None:
    """The view with this id, if it is the one that asks for something the list no longer knows."""
    view = usable_by(user).filter(pk=text).first() if is_id(text) else None
    return view if view and not works(view) else None


def with_columns(query: QueryDict, visible: tuple[str, ...]) -> str:
    """The query string with the visible columns, which may be this browser's own choice."""
    return written(changed(query, columns=None if visible in STANDARDS else ",".join(visible)))


@transaction.atomic
def _write(view: SavedView, values: dict, version: int, by: User) -> SavedView:
    """Store these values in the view as it stands now, for who made it; sent twice, the second time changes nothing."""
    if view.owner_id != by.pk:
        raise Forbidden
    try:
        stored, repeated = claim(
            SavedView.objects.all(), view.pk, version=version, by=by,
            same=lambda view: all(getattr(view, name) == value for name, value in values.items()),
        )  # fmt: skip
    except Gone as gone:
        raise Refused(_("This view has been removed."), code="gone") from gone
    if repeated:
        return stored
    for name, value in values.items():
        setattr(stored, name, value)
    return _store(stored, lambda: commit(stored, fields=values, by=by))


def _storable(query: str) -> str:
    text = canonical(QueryDict(query))
    if len(text) > LONGEST:
        raise Refused(_("This filter names too much to be kept. Take some of it away."), code="too_long")
    return text


def _store(view: SavedView, write: Callable[[], object]) -> SavedView:
    view.clean_fields(exclude=["owner"])
    with violations_in_words(), transaction.atomic():
        write()
    return view
