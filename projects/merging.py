"""Projects follow a customer that is merged into another relation."""

from django.db.models import QuerySet

import relations.merging
from projects.models import Project
from relations.models import Relation


def naming(other: Relation) -> QuerySet[Project]:
    """The projects of a relation that is about to be merged, and those that name one of its contact persons."""
    return relations.merging.naming(Project, other)


def follow(other: Relation, *, survivor: Relation, contacts: dict[int, int]) -> None:
    """Point every project of `other` to `survivor`, and those of a contact person that was joined to the one it became.

    Versions stay: no form of a project holds its customer, and a project nobody worked on still counts as untouched.
    """
    Project.objects.filter(customer=other).update(customer=survivor)
    for before, after in contacts.items():
        Project.objects.filter(contact=before).update(contact=after)
