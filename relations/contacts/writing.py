"""Writing contact persons: who works where, in which function."""

from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from relations.merging import MERGED, is_held
from relations.models import Contact, Relation, RelationType
from relations.saving import create_relation
from salescrm.conflicts import Stale, lock
from salescrm.models import User


def add_contact(organization: Relation, *, person: Relation | dict, values: dict, by: User, token: UUID) -> Contact:
    """Make a person a contact of `organization`: an existing one, or a new one made from a dict of relation fields.

    Sent twice (the same `token`, or the same person with the same values) it gives the first contact. Refuses a
    person as organization, an organization as person and a person who already is a contact here otherwise.
    """
    if organization.is_person:
        raise ValidationError(_("A person has no contact persons."), code="organization")
    before = Relation.objects.filter(create_token=token).first()
    if before and not isinstance(person, Relation):
        first = Contact.objects.filter(organization=organization, person=before).first()
        if first:
            return first
    try:
        with transaction.atomic():
            if isinstance(person, dict):
                person = {"relation_type": _type_like(organization)} | person
                person = create_relation(kind=Relation.Kind.PERSON, values=person, by=by, token=token)
            if not person.is_person:
                raise ValidationError(_("A contact person is a person."), code="person")
            if not is_held(organization.pk, person.pk):
                raise ValidationError(str(MERGED), code="merged")
            return Contact.objects.create(organization=organization, person=person, **values)
    except IntegrityError as error:
        known = Contact.objects.filter(organization=organization, person=person, **values).first()
        if known:
            return known
        raise ValidationError(
            _("%(name)s already is a contact person here.") % {"name": person}, code="twice"
        ) from error


def _type_like(organization: Relation) -> RelationType:
    own = organization.relation_type
    return own if own.is_active else RelationType.objects.proposed()


@transaction.atomic
def edit_contact(contact: Contact, *, values: dict, version: int) -> Contact:
    """Change function, work e-mail and phones. Refuses a stale version (rule 6)."""
    locked = lock(Contact.objects.all(), contact.pk)
    changed = [name for name, value in values.items() if getattr(locked, name) != value]
    if not changed:
        return locked
    if locked.version != version:
        raise Stale(locked, _("Somebody changed this contact person after you opened it. Nothing of yours was stored."))
    for name in changed:
        setattr(locked, name, values[name])
    locked.version += 1
    locked.save(update_fields=[*changed, "version"])
    return locked


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
        raise ValidationError(message % details, code="used") from error
