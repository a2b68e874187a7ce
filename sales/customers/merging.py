"""Merging two relations with all that names them: contacts, notes, sales, projects, invoices, saved views."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Count, Q
from django.http import QueryDict
from django.utils.translation import gettext as _

import invoicing.merging
import projects.merging
import relations.merging
from invoicing.models import Invoice
from projects.models import Project
from relations.models import Relation
from sales.history import commit_many
from sales.models import Sale, SaleEvent
from sales.models.desk import SavedView
from sales.models.querysets import SaleQuerySet
from salescrm.models import User
from salescrm.url_words import changed
from salescrm.versions import Refused, commit, lock_all

FOLLOWED = ["customer", "customer_not", "lost_to"]  # words of a saved view that name relations


class LostToItself(Refused):
    """Merging would make these sales lost to their own customer."""

    def __init__(self, sales: list[Sale], message: str):
        self.sales = sales
        super().__init__(message, code="lost_to_itself")


@transaction.atomic
def merge(
    survivor: Relation, other: Relation, *, taken: Iterable[str], version: int, other_version: int, by: User
) -> Relation:
    """Merge `other` into `survivor`: what named `other` names `survivor`; the row of `other` stays and leads there.

    `taken` are the choices for which the value of `other` stays. Every sale gets one event; earlier events are not
    changed. Refuses the same relation, different kinds, one that was merged before, stale versions and sales that
    would be lost to their own customer. Sent twice, the second time changes nothing.
    """
    above = invoicing.merging.naming(other), _naming(other), projects.merging.naming(other)
    survivor, other, _invoices, sales, _projects = relations.merging.lock(survivor, other, *above)
    if other.merged_into_id == survivor.pk:
        return survivor
    check(survivor, other)
    relations.merging.check_versions(survivor, other, version=version, other_version=other_version, by=by)
    joined = relations.merging.absorb(survivor, other, taken=taken, by=by)
    _follow(sales, other, survivor=survivor, contacts=joined, by=by)
    projects.merging.follow(other, survivor=survivor, contacts=joined)
    invoicing.merging.follow(other, survivor=survivor, contacts=joined)
    relations.merging.drop_contacts(joined)
    _follow_views(other, survivor=survivor, by=by)
    return survivor


def check(survivor: Relation, other: Relation) -> None:
    """Refuse two relations that cannot be merged, whatever values are chosen."""
    relations.merging.check(survivor, other)
    lost = Sale.objects.filter(Q(customer=survivor, lost_to=other) | Q(customer=other, lost_to=survivor)).order_by("pk")
    if sales := list(lost):
        names = ", ".join(f"“{sale.subject}”" for sale in sales)
        message = _("These sales would then be lost to their own customer: %(sales)s. Correct them first.")
        raise LostToItself(sales, message % {"sales": names})


def _naming(other: Relation) -> SaleQuerySet:
    contacts = relations.merging.contacts_of(other).order_by().values("pk")
    return Sale.objects.filter(Q(customer=other) | Q(lost_to=other) | Q(contact__in=contacts))


def _follow(sales: list[Sale], other: Relation, *, survivor: Relation, contacts: dict[int, int], by: User) -> None:
    bought, lost, called = [], [], []
    for sale in sales:
        contact = contacts.get(sale.contact_id or 0)
        if sale.customer_id == other.pk:
            sale.customer = survivor
            bought.append(sale)
        elif sale.lost_to_id == other.pk:
            sale.lost_to = survivor
            lost.append(sale)
        elif contact:
            called.append(sale)
        if contact:
            sale.contact_id = contact
    commit_many(bought, fields=["customer", "contact"], by=by, kind=SaleEvent.Kind.CHANGED)
    commit_many(lost, fields=["lost_to", "contact"], by=by, kind=SaleEvent.Kind.CORRECTED)
    commit_many(called, fields=["contact"], by=by)


def _follow_views(other: Relation, *, survivor: Relation, by: User) -> None:
    """A view of the sales of `other` becomes one of the sales of `survivor`."""
    for view in lock_all(SavedView.objects.filter(query__contains=str(other.pk))):
        words = QueryDict(view.query)
        ids = {word: words.getlist(word) for word in FOLLOWED if str(other.pk) in words.getlist(word)}
        if ids:
            led = {str(other.pk): str(survivor.pk)}
            followed = {word: list(dict.fromkeys(led.get(pk, pk) for pk in pks)) for word, pks in ids.items()}
            view.query = changed(words, **followed).urlencode()
            commit(view, fields=["query"], by=by)


def what_moves(other: Relation) -> dict[str, int]:
    """How many records would move with `other`: sales by status, contacts, projects, invoices, notes."""
    sales = Sale.objects.filter(Q(customer=other) | Q(lost_to=other)).aggregate(
        open=Count("pk", filter=Q(customer=other, trashed=False, status="open")),
        accepted=Count("pk", filter=Q(customer=other, trashed=False, status="accepted")),
        lost=Count("pk", filter=Q(customer=other, trashed=False, status="lost")),
        trash=Count("pk", filter=Q(customer=other, trashed=True)),
        lost_to=Count("pk", filter=Q(lost_to=other)),
    )
    return sales | {
        "contacts": relations.merging.contacts_of(other).count(),
        "projects": Project.objects.filter(customer=other).count(),
        "invoices": Invoice.objects.filter(customer=other).count(),
        "notes": other.notes.count(),
    }
