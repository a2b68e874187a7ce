"""Writing contact persons: who works where, in which function."""

from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from relations.merging import MERGED, hold_unmerged
from relations.models import Contact, Relation, RelationType
from relations.saving import create_relation
from salescrm.models import User
from salescrm.versions import Refused, Stale, anybody, claim, commit, once


def add_contact(
    organization: Relation, *, person: Relation | dict, values: dict, by: User, token: UUID | None
) -> Contact:
    """Make a person a contact of `organization`: an existing one, or a new one made from a dict of relation fields.

    Sent twice (the same `token`, or the same person with the same values) it gives the first contact. Refuses a
    person as organization, an organization as person and a person who already is a contact here otherwise.
    """
    if organization.is_person:
        raise Refused(_("A person has no contact persons."), code="organization")
    if isinstance(person, Relation) and not person.is_person:
        raise Refused(_("A contact person is a person."), code="person")
    return once(token, Contact, lambda: _add(organization, person, values, by))


@transaction.atomic
def _add(organization: Relation, person: Relation | dict, values: dict, by: User) -> Contact:
    if not hold_unmerged(organization.pk, getattr(person, "pk", None)):
        raise Refused(str(MERGED), code="merged")
    if isinstance(person, dict):
        person = {"relation_type": _type_like(organization)} | person
        person = create_relation(kind=Relation.Kind.PERSON, values=person, by=by, token=None)
    try:
        with transaction.atomic():
            return Contact.objects.create(organization=organization, person=person, **values)
    except IntegrityError as error:
        known = Contact.objects.filter(organization=organization, person=person, **values).first()
        if known:
            return known
        raise Refused(_("%(name)s already is a contact person here.") % {"name": person}, code="twice") from error


def _type_like(organization: Relation) -> RelationType:
    own = organization.relation_type
    return own if own.is_active else RelationType.objects.proposed()


@transaction.atomic
def edit_contact(contact: Contact, *, values: dict, version: int) -> Contact:
    """Change function, work e-mail and phones. Refuses a stale version (rule 6)."""
    locked, _repeated = claim(
        Contact.objects.all(), contact.pk, version=version, by=None, repeated=anybody, stale=stale,
        same=lambda stored: not _other(stored, values),
    )  # fmt: skip
    names = _other(locked, values)
    for name in names:
        setattr(locked, name, values[name])
    return commit(locked, fields=names, by=None) if names else locked


def _other(contact: Contact, values: dict) -> list[str]:
    return [name for name, value in values.items() if getattr(contact, name) != value]


def stale(contact: Contact, **_click: object) -> Stale:
    """Somebody changed the contact since the submitted version was shown; who is not recorded."""
    return Stale(contact, _("Somebody changed this contact person after you opened it. Nothing of yours was stored."))


def remove_contact(contact: Contact) -> None:
    """End somebody's being a contact person; the person stays. Refuses one that a sale, project or invoice names."""
    try:
        with transaction.atomic():
            contact.delete()
    except ProtectedError as error:
        kinds = sorted({str(record._meta.verbose_name_plural) for record in error.protected_objects})
        count = len(error.protected_objects)
        message = ngettext(
            "%(name)s cannot be removed: %(count)d record names this contact person (%(kinds)s).",
            "%(name)s cannot be removed: %(count)d records name this contact person (%(kinds)s).",
            count,
        )
        details = {"name": contact.person, "count": count, "kinds": ", ".join(kinds)}
        raise Refused(message % details, code="used") from error
