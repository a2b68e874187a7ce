"""What a colleague who leaves still holds, and handing it over: drafts, sales, projects and relations at once."""

from dataclasses import astuple, dataclass
from functools import reduce
from operator import or_

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from invoicing import editing as drafts
from invoicing.models import Invoice
from projects import editing as projects
from projects.models import Project
from relations import saving as relations
from relations.models import Relation
from sales.bulk.preview import READ, Changed
from sales.history import commit_many
from sales.models import Sale, SaleEvent
from sales.refusals import Refused
from salescrm.models import User


@dataclass(frozen=True)
class Holdings:
    """How much of every kind a user has in hands."""

    sales: int = 0
    relations: int = 0
    projects: int = 0
    drafts: int = 0

    @property
    def total(self) -> int:
        """All of it together."""
        return sum(astuple(self))

    @property
    def basis(self) -> str:
        """What a form carries along of what it showed."""
        return "-".join(map(str, astuple(self)))


def holdings(user: User) -> Holdings:
    """What is to be handed over when this user leaves; a statement per kind."""
    return Holdings(*(rows.count() for rows in _rows(user)))


def with_holdings(users):
    """These users, with whether each of them `holds` anything."""
    one, *others = (Exists(rows) for rows in _rows(OuterRef("pk")))
    return users.annotate(holds=reduce(or_, map(Q, others), Q(one)))


def _rows(user: User | OuterRef) -> tuple:
    return (
        Sale.objects.kept().open().filter(owner=user),
        Relation.objects.kept().filter(owner=user),
        Project.objects.active().filter(manager=user),
        Invoice.objects.drafts().filter(owner=user),
    )


@transaction.atomic
def hand_over(user: User, *, to: User, basis: str, by: User) -> Holdings:
    """Give everything `user` holds to another user, all of it or nothing; sales and drafts remember it (rules 6 and 7).

    Returns what was handed over: nothing when nothing is left, as for a second click. Refuses a user who left and the
    user itself; raises Changed when it is no longer what the form with this `basis` showed. The number of statements
    does not grow with what there is.
    """
    if not to.is_active or to.pk == user.pk:
        raise Refused({"to": _("Choose a colleague who may log in.")}, code="to")
    sales, owned, managed, written = _rows(user)
    counts = {"drafts": drafts.hand_over(written, to=to, by=by), "sales": _hand_over(sales, to=to, by=by)}
    counts["projects"] = projects.hand_over(managed, to=to, by=by)
    found = Holdings(**counts, relations=relations.hand_over(owned, to=to, by=by))
    if found.total and found.basis != basis:
        raise Changed(_("Something changed since you looked. Nothing was handed over; this is how it stands now."))
    return found


def _hand_over(sales, *, to: User, by: User) -> int:
    rows = list(sales.select_for_update(of=("self",)).order_by("pk").only(*READ))
    for sale in rows:
        sale.owner_id = to.pk
    commit_many(rows, fields=["owner"], by=by, kind=SaleEvent.Kind.CHANGED)
    return len(rows)
