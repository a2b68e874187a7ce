"""Invoices follow a customer that is merged into another relation; what was printed stays as it was."""

from django.db.models import QuerySet

import relations.merging
from invoicing.models import Invoice
from relations.models import Relation


def naming(other: Relation) -> QuerySet[Invoice]:
    """The invoices of a relation that is about to be merged, and those that name one of its contact persons."""
    return relations.merging.naming(Invoice, other)


def follow(other: Relation, *, survivor: Relation, contacts: dict[int, int]) -> None:
    """Point every invoice of `other` to `survivor`, and those of a contact person that was joined to the one it became.

    Versions stay: no form of an invoice holds its customer, and a draft nobody worked on still counts as untouched.
    A trigger lets issued invoices change in exactly this.
    """
    Invoice.objects.filter(customer=other).update(customer=survivor)
    for before, after in contacts.items():
        Invoice.objects.filter(contact=before).update(contact=after)
