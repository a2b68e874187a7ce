"""Invoices follow a customer that is merged into another relation; what was printed stays as it was."""

from invoicing.models import Invoice
from relations.models import Relation


def lock(other: Relation) -> None:
    """Lock the invoices of a relation that is about to be merged; must run in a transaction."""
    list(Invoice.objects.select_for_update(of=("self",)).filter(customer=other).order_by("pk").values_list("pk"))


def follow(other: Relation, *, kept: Relation, contacts: dict[int, int]) -> None:
    """Point every invoice of `other` to `kept`, and those with a contact person that was joined to the joined one.

    Versions stay: no form of an invoice holds its customer, and a draft nobody worked on still counts as untouched.
    A trigger lets issued invoices change in exactly this.
    """
    Invoice.objects.filter(customer=other).update(customer=kept)
    for before, after in contacts.items():
        Invoice.objects.filter(contact=before).update(contact=after)
