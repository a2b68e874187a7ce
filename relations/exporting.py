"""Relations and contact persons as files: every match of the filter, with everything a user may see of it."""

from collections.abc import Iterable, Iterator

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from relations.models import Contact, Relation
from relations.querysets import RelationQuerySet
from salescrm.calendar import organisation_zone
from salescrm.exports import downloads

FIELDS = [
    "number", "kind", "name", "first_name", "prefix", "family_name", "relation_type", "owner", "email",
    "invoice_email", "phone", "mobile", "website", "street", "postcode", "city", "country", "coc_number", "vat_number",
    "iban", "payment_days", "language", "note", "is_active", "former_numbers",
]  # fmt: skip


def table(relations: RelationQuerySet) -> downloads.Table:
    """All relations of the queryset in its order; the headings are the labels of their fields."""
    whole = relations.select_related("relation_type", "owner").defer(None).defer("search")
    return downloads.Table("relations", heading(), rows(whole.iterator(chunk_size=downloads.CHUNK)))


def heading() -> list[str]:
    """The labels of what `rows` gives."""
    return [*(_heading(Relation, name) for name in FIELDS), _("Created on")]


def contacts_table(relations: RelationQuerySet) -> downloads.Table:
    """The contact persons of these organizations, and the positions of these persons."""
    pks = relations.order_by().values("pk")
    contacts = Contact.objects.filter(organization__in=pks) | Contact.objects.filter(person__in=pks)
    labels = [
        _("Organization"), _("Number of the organization"), _("Person"), _("Number of the person"),
        *(_heading(Relation, name) for name in ("first_name", "prefix", "family_name")),
        *(_heading(Contact, name) for name in ("function", "email", "phone", "mobile")),
    ]  # fmt: skip
    ordered = contacts.select_related("organization", "person").order_by("organization__sort_key", "pk")
    return downloads.Table("contact-persons", labels, _contact_rows(ordered))


def _heading(model, name: str) -> str:
    return capfirst(str(model._meta.get_field(name).verbose_name))


def rows(relations: Iterable[Relation]) -> Iterator[list]:
    """The cells of each of these relations, in the order of `heading`."""
    zone = organisation_zone()
    for relation in relations:
        yield [*(_value(relation, name) for name in FIELDS), relation.created_at.astimezone(zone).date()]


def _value(relation: Relation, name: str) -> downloads.Value:
    match name:
        case "kind":
            return relation.get_kind_display()
        case "language":
            return relation.get_language_display() if relation.language else ""
        case "is_active":
            return _("yes") if relation.is_active else _("no")
        case "relation_type" | "owner":
            return str(getattr(relation, name) or "")
    return getattr(relation, name)


def _contact_rows(contacts) -> Iterator[list]:
    for contact in contacts.iterator(chunk_size=downloads.CHUNK):
        person = contact.person
        yield [
            contact.organization.name, contact.organization.number, person.name, person.number, person.first_name,
            person.prefix, person.family_name, contact.function, contact.email, contact.phone,
            contact.mobile,
        ]  # fmt: skip
