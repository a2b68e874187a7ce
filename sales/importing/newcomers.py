"""Colleagues and customers an export names and we do not know yet: they are added."""

import re
from functools import cached_property

from django.contrib.auth.models import Group

from relations.models import Relation, RelationType
from relations.naming import fold
from relations.saving import create_relation
from sales.models import SalesSettings
from salescrm.models import Organisation, User
from salescrm.roles import SALESPERSON

MAIL_DOMAIN = "import.invalid"


class Newcomers:
    """Who is added during one import. `details` holds fields of relations by their folded name."""

    def __init__(self, details: dict[str, dict], *, by: User | None):
        self.details, self.by = details, by
        self.owners: list[User] = []
        self.customers: list[Relation] = []
        self.language, self.group = Organisation.current().language, Group.objects.get(name=SALESPERSON)
        self.type = RelationType.objects.proposed()

    @cached_property
    def bought(self) -> RelationType:
        """The type of who bought something (rule 8)."""
        return SalesSettings.current().accepted_type or self.type

    def owner(self, name: str) -> User:
        """A salesperson who cannot log in until an administrator gives them an address."""
        user = User.objects.create_user(_free_email(name), name=name, language=self.language)
        user.groups.add(self.group)
        self.owners.append(user)
        return user

    def customer(self, name: str, *, bought: bool) -> Relation:
        """An organization, with its number and what is told about it."""
        values = {"name": name, "relation_type": self.bought if bought else self.type}
        values |= self.details.get(fold(name), {})
        self.customers.append(create_relation(kind=Relation.Kind.ORGANIZATION, values=values, by=self.by, token=None))
        return self.customers[-1]


def _free_email(name: str) -> str:
    """moses.frase@import.invalid: a name no mail ever reaches."""
    local = re.sub(r"[^a-z0-9]+", ".", fold(name)).strip(".") or "unknown"
    taken = set(User.objects.filter(email__startswith=local).values_list("email", flat=True))
    candidates = (f"{local}{number or ''}@{MAIL_DOMAIN}" for number in range(len(taken) + 1))
    return next(email for email in candidates if email not in taken)
