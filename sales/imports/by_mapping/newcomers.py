"""Adding the colleagues and customers that an export names and that are not here yet."""

import re
from functools import cached_property

from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError

from relations.models import Relation, RelationType
from relations.naming import fold, same_name
from relations.saving import create_relation
from sales.imports.by_mapping.mapping import CUSTOMER_FIELDS, Mapping
from sales.imports.by_mapping.table import Table
from sales.imports.cells import Reading, is_nothing, storable
from sales.imports.deciding import message_of
from sales.imports.fields import fields_of
from sales.models import SalesSettings
from salescrm.accounts.roles import SALESPERSON
from salescrm.models import Organisation, User

FIELDS = fields_of("relations")
ORGANIZATION = Relation.Kind.ORGANIZATION
MAIL_DOMAIN = "import.invalid"


class Newcomers:
    """The users and relations added during one import. `details` holds fields of relations by their folded name."""

    def __init__(self, details: dict[str, dict], *, by: User | None):
        self.by = by
        self.details = {same_name(ORGANIZATION, name): values for name, values in details.items()}
        self.details |= {f"\0{name}": values for name, values in details.items()}  # the exact name goes before
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
        """An organization, with its number and its details."""
        values = {"name": name, "relation_type": self.bought if bought else self.type}
        values |= self.details.get(f"\0{fold(name)}") or self.details.get(same_name(ORGANIZATION, name), {})
        self.customers.append(create_relation(kind=ORGANIZATION, values=values, by=self.by, token=None))
        return self.customers[-1]


def details_of(tables: list[Table], mapping: Mapping) -> tuple[dict[str, dict], list[str]]:
    """The details of customers in these files, by folded name; and sentences on values that cannot be used."""
    details, left, reading = {}, [], Reading(mapping.numbers)
    columns = {ours: theirs for ours, theirs in mapping.customers.items() if ours in CUSTOMER_FIELDS}
    for file, row in [(table.path.name, row) for table in tables for row in table.rows]:
        name, place = fold(str(storable(row.cells[mapping.customers["key"]]))), f"{file} line {row.line}"
        if name in details:
            left.append(f'{place}: "{name}" stands in an earlier row, so this one is not used')
            continue
        details[name] = values = {}
        for ours, column in columns.items():
            cell = storable(row.cells[column])
            try:
                values |= {} if is_nothing(cell) else {ours: FIELDS[ours].read(cell, reading)}
            except ValidationError as error:
                left.append(f"{place}: {column}: {message_of(error)}")
    return details, left


def _free_email(name: str) -> str:
    """moses.frase@import.invalid: an address that receives no mail."""
    local = re.sub(r"[^a-z0-9]+", ".", fold(name)).strip(".") or "unknown"
    taken = set(User.objects.filter(email__startswith=local).values_list("email", flat=True))
    candidates = (f"{local}{number or ''}@{MAIL_DOMAIN}" for number in range(len(taken) + 1))
    return next(email for email in candidates if email not in taken)
