"""Two relations become one: which values stay, what moves, and the signpost that is left behind.

The whole of it, with their sales, projects and invoices, is `sales.customers.merging`: the upper apps know their own.
"""

from collections.abc import Iterable
from typing import NamedTuple

from django.db import connection
from django.db.models import Model, Q, QuerySet
from django.utils import translation
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from relations.models import Apart, Contact, Relation, RelationNote
from relations.naming import apply_names
from relations.saving import DERIVED
from salescrm.fields import field_of
from salescrm.models import Organisation, User
from salescrm.organisation.numbers import show_iban
from salescrm.versions import Gone, Refused, changed, commit, hold

ADDRESS, PERSON_NAME = ["street", "postcode", "city", "country"], ["first_name", "prefix", "family_name"]
TOGETHER = {"address": ADDRESS, "person_name": PERSON_NAME}  # parts that mean something only together
CHOICES = [
    "relation_type", "owner", "email", "phone", "mobile", "website", "address", "invoice_email", "payment_days",
    "coc_number", "vat_number", "iban", "language",
]  # fmt: skip
KEYS = {"name", "person_name", *CHOICES}
HOLD = "SELECT merged_into_id FROM relations_relation WHERE id = ANY(%s) ORDER BY id FOR KEY SHARE"
MERGED = gettext_lazy("This relation has been merged into another one. Choose that one.")
CONTACT = ["function", "email", "phone", "mobile"]
WRITTEN = [  # of both
    *(name for key in sorted(KEYS) for name in TOGETHER.get(key, [key])), *DERIVED, "note", "former_numbers",
    "is_active", "merged_into",
]  # fmt: skip


class Choice(NamedTuple):
    """A value on which two relations differ, in words; `other` is proposed where the survivor has none."""

    key: str
    label: str
    survivor: str
    other: str

    @property
    def proposed(self) -> str:
        """Whose value stays unless somebody selects the other one."""
        return "kept" if self.survivor else "other"


def choices(survivor: Relation, other: Relation) -> list[Choice]:
    """Everything on which the two differ, in the order of the page; notes are put together, without a choice."""
    keys = ["person_name" if survivor.is_person else "name", *CHOICES]
    values = [Choice(key, _label(key), _text(survivor, key), _text(other, key)) for key in keys]
    return [choice for choice in values if choice.survivor != choice.other]


def _label(key: str) -> str:
    if key in TOGETHER:
        return _("Address") if key == "address" else _("Name")
    return capfirst(str(field_of(Relation, key).verbose_name))


def _text(relation: Relation, key: str) -> str:
    match key:
        case "address":
            return ", ".join(relation.address_lines)
        case "person_name":
            return relation.name
        case "iban":
            return show_iban(relation.iban)
        case "website":
            return relation.bare_website
        case "language":
            return str(relation.get_language_display()) if relation.language else ""
    value = getattr(relation, key)
    return "" if value is None else str(value)


def hold_unmerged(*relations: int | None) -> bool:
    """Keep these relations from being merged until the caller's transaction ends; whether none of them was before.

    Who writes something new for a relation asks this first: a merge that is going on is waited for, and so is an
    import that is taken back, with its relations.
    """
    wanted = {pk for pk in relations if pk is not None}
    with connection.cursor() as cursor:
        cursor.execute(HOLD, [list(wanted)])
        return cursor.fetchall() == [(None,)] * len(wanted)


def contacts_of(*relations: Relation) -> QuerySet[Contact]:
    """The contact persons that name one of these relations, as organization or as person."""
    return Contact.objects.filter(Q(organization__in=relations) | Q(person__in=relations))


def naming(model: type[Model], other: Relation) -> QuerySet:
    """The records of an upper app that name a relation as their customer, or one of its contact persons."""
    return model._default_manager.filter(Q(customer=other) | Q(contact__in=contacts_of(other).order_by().values("pk")))


def lock(survivor: Relation, other: Relation, *above: QuerySet) -> list:
    """Both rows under lock, and before them (LOCK_ORDER) what upper apps name and the contact persons of both.

    Returns the two as they stand now, and the rows of each of `above`. Once these locks are held, nobody makes another
    record that names `other`: see hold_unmerged(). Who makes one just now holds the relation and names the contact
    person at the end, so that is let pass. Must run in a transaction; raises Gone for one that was just removed.
    """
    signposts = Relation.objects.filter(Q(pk__in=[survivor.pk, other.pk]) | Q(merged_into=other))
    *held, _contacts, relations = hold(*above, contacts_of(survivor, other), signposts, no_key=[Contact])
    rows = {row.pk: row for row in relations}
    if missing := {survivor.pk, other.pk} - set(rows):
        raise Gone(f"removed meanwhile: {missing}")
    return [rows[survivor.pk], rows[other.pk], *held]


def check(survivor: Relation, other: Relation) -> None:
    """Refuse what can never be merged: a relation with itself, with another kind, or one that was merged before."""
    if survivor.pk == other.pk:
        raise Refused(_("A relation cannot be merged with itself."), code="itself")
    if survivor.kind != other.kind:
        raise Refused(_("An organization and a person cannot be merged."), code="kind")
    for relation in (survivor, other):
        if relation.merged_into_id:
            words = {"name": relation, "number": relation.number}
            raise Refused(_("%(name)s has been merged into another relation already.") % words, code="merged")
    if Contact.objects.filter(organization=survivor, person=other).exists() or (
        Contact.objects.filter(organization=other, person=survivor).exists()
    ):
        raise Refused(_("One is a contact person of the other."), code="contact")


def check_versions(survivor: Relation, other: Relation, *, version: int, other_version: int, by: User) -> None:
    """Refuse when either was changed since the preview was shown (rule 6)."""
    for relation, seen in ((survivor, version), (other, other_version)):
        if relation.version != seen:
            raise changed(relation, version=seen, by=by)


def absorb(survivor: Relation, other: Relation, *, taken: Iterable[str], by: User) -> dict[int, int]:
    """Make the locked `survivor` one of both and leave `other` behind as a signpost; `taken` are the keys of choices()
    for which the value of `other` stays. Numbers and notes are never lost: what is not taken is written down.

    Returns which contact persons were joined into which: upper apps let go of the former, then drop_contacts().
    """
    taken = set(taken)
    with translation.override(Organisation.current().language):  # many will read it, in whatever language
        text = _note_text(
            other, [choice for choice in choices(survivor, other) if choice.key not in taken and choice.other]
        )
    for key in taken:
        for name in TOGETHER.get(key, [key]):
            setattr(survivor, name, getattr(other, name))
    survivor.note = "\n\n".join(dict.fromkeys(note for note in (survivor.note, other.note) if note))
    survivor.is_active |= other.is_active
    numbers = [survivor.former_numbers, other.number, other.former_numbers]
    survivor.former_numbers = " ".join(number for number in numbers if number)
    other.merged_into, other.is_active = survivor, False
    for relation in (other, survivor):
        apply_names(relation)
        commit(relation, fields=WRITTEN, by=by)
    Relation.objects.filter(merged_into=other).update(merged_into=survivor)
    RelationNote.objects.filter(relation=other).update(relation=survivor)
    RelationNote.objects.create(relation=survivor, by=by, updated_by=by, text=text)
    _keep_apart(survivor, other)
    return _move_contacts(survivor, other)


def _keep_apart(survivor: Relation, other: Relation) -> None:
    """Move the marks that a relation is not `other` to `survivor`, with who made them and when.

    A mark between the two themselves is removed.
    """
    marks = Apart.objects.filter(Q(first=other) | Q(second=other))
    moved = []
    for mark in marks:
        (stranger,) = {mark.first_id, mark.second_id} - {other.pk}
        if stranger != survivor.pk:
            first, second = sorted([survivor.pk, stranger])
            moved.append(Apart(first_id=first, second_id=second, by_id=mark.by_id, at=mark.at))
    marks.delete()
    Apart.objects.bulk_create(moved, ignore_conflicts=True)


def _note_text(other: Relation, lost: list[Choice]) -> str:
    known = f"{other.name} ({other.number})" if other.number else other.name
    lines = [_("%(relation)s was merged into this relation.") % {"relation": known}]
    if lost:
        lines += [_("Not taken over:"), *(f"{choice.label}: {choice.other}" for choice in lost)]
    return "\n".join(lines)


def _move_contacts(survivor: Relation, other: Relation) -> dict[int, int]:
    own, theirs = ("person", "organization") if survivor.is_person else ("organization", "person")
    rows = list(contacts_of(survivor, other).order_by("pk"))
    known = {getattr(row, f"{theirs}_id"): row for row in rows if getattr(row, f"{own}_id") == survivor.pk}
    joined = {}
    for row in rows:
        if getattr(row, f"{own}_id") == survivor.pk:
            continue
        twin = known.get(getattr(row, f"{theirs}_id"))
        if twin is None:
            setattr(row, own, survivor)
            commit(row, fields=[own], by=None)
        else:
            joined[row.pk] = twin.pk
            _complete(twin, row)
    return joined


def _complete(contact: Contact, twin: Contact) -> None:
    missing = [name for name in CONTACT if not getattr(contact, name) and getattr(twin, name)]
    for name in missing:
        setattr(contact, name, getattr(twin, name))
    if missing:
        commit(contact, fields=missing, by=None)


def drop_contacts(joined: dict[int, int]) -> None:
    """Remove contact persons that were joined into others, once nothing names them any more."""
    Contact.objects.filter(pk__in=joined).delete()
