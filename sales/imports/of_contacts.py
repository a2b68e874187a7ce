"""Importing contact persons: who works where."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from relations.contacts.writing import add_contact, edit_contact, remove_contact
from relations.merging import hold_unmerged
from relations.models import Contact, Relation
from relations.naming import fold, full_name
from relations.removing import delete_untouched_relation
from sales.imports.deciding import Decision, Importer
from sales.imports.finding import Directory
from sales.imports.of_relations import (
    PARTS,
    has_other_parts,
    name_in,
    parts_of,
    still_as_written,
)
from sales.models.imports import ImportRow
from salescrm.versions import lock_all

OWN = ("function", "email", "phone", "mobile")


class ContactImporter(Importer):
    """Rows of contact persons."""

    def label_of(self, values):
        name = values.get("name") or full_name(*(values.get(part, "") for part in PARTS))
        where = values.get("organization") or values.get("organization_number", "")
        return f"{name} ({where})" if name and where else name or where

    def look_up(self, decisions):
        values = [decision.values for decision in decisions]
        numbers = {row.get(name, "") for row in values for name in ("number", "organization_number")}
        self.directory = Directory(numbers=numbers, names={row.get("organization", "") for row in values})
        self.homes: dict[int, Relation] = {}
        for decision in decisions:
            self._attempt(self._find_home, decision)
        organizations = {home.pk for home in self.homes.values()}
        contacts = Contact.objects.filter(organization__in=organizations).select_related("person", "organization")
        self.contacts: dict[int, list[Contact]] = {}
        for contact in contacts.order_by("pk"):
            self.contacts.setdefault(contact.organization_id, []).append(contact)

    def _find_home(self, decision: Decision) -> None:
        values = decision.values
        home = self.directory.one(values.get("organization_number", ""), values.get("organization", ""))
        if home is None:
            raise ValidationError(_("There is no organization."))
        if home.is_person:
            raise ValidationError(_("A person has no contact persons."))
        self.homes[decision.row.pk] = home

    def _name(self, values: dict) -> str:
        return fold(full_name(**parts_of(values)))

    def _key_within(self, values: dict) -> str:
        match self.run.key:
            case "number":
                return fold(values.get("number", ""))
            case "email":
                return fold(values.get("email", ""))
            case _:
                return self._name(values)

    def key_of(self, values):
        # matches() puts the organization in front, once it is known by number or by name.
        return self._key_within(values)

    def matches(self, decision):
        home, key = self.homes[decision.row.pk], decision.key
        decision.key = f"{home.pk} {key}"[:250]
        person = None
        if self.run.key == "number":
            person = self.directory.one(decision.values["number"], "")
            if not person.is_person:
                raise ValidationError(_("A contact person is a person."))
            self._require_name(decision.values, person)
        ways = {
            "number": lambda contact: contact.person_id == person.pk,
            "email": lambda contact: fold(contact.email) == key,
            "name": lambda contact: fold(contact.person.name) == key,
        }
        return [contact for contact in self.contacts.get(home.pk, []) if ways[self.run.key](contact)]

    def _require_name(self, values: dict, person: Relation) -> None:
        """Refuse a number that belongs to somebody else here: other systems count from 1 too."""
        name = self._name(values)
        if name and name != fold(person.name) and not self.directory.fits(person, name):
            message = _("Number %(number)s is %(found)s, not “%(name)s”.")
            raise ValidationError(message % {"number": values["number"], "found": person, "name": name_in(values)})

    def twin_key(self, decision):
        return f"new {self.homes[decision.row.pk].pk} {self._name(decision.values)}"

    def check_new(self, decision):
        values, home = decision.values, self.homes[decision.row.pk]
        person = self.directory.by_number(values.get("number", ""))
        names = parts_of(values)
        self._leave_name(decision)
        if person:
            self._require_name(values, person)
        if values.get("number") and person is None:
            raise ValidationError(_("There is no relation with the number %(number)s.") % {"number": values["number"]})
        if person and any(contact.person_id == person.pk for contact in self.contacts.get(home.pk, [])):
            raise ValidationError(_("%(name)s already is a contact person here.") % {"name": person})
        if person is None and not (names["first_name"] or names["family_name"]):
            raise ValidationError(_("There is no name."))
        if person is None and not self.twins and self._called(home, names):
            raise ValidationError(_("Somebody of this name is a contact person there already."))
        decision.after = {name: values[name] for name in OWN if values.get(name)}
        decision.after |= {"person": person} if person else names
        decision.after["organization"] = home

    def _called(self, home: Relation, names: dict) -> bool:
        wanted = fold(full_name(**names))
        return any(fold(contact.person.name) == wanted for contact in self.contacts.get(home.pk, []))

    def compare(self, decision):
        contact = decision.target
        self._leave_name(decision)
        if fold(decision.values.get("number", "")) not in ("", fold(contact.person.number)):
            self.leave(decision, _("Its number here stays, so this is not used: %(fields)s."), "number")
        if self.run.key == "email" and self._name(decision.values) not in ("", fold(contact.person.name)):
            message = _("This e-mail address belongs to %(name)s.")
            raise ValidationError(message % {"name": contact.person})
        for name in OWN:
            if name in decision.values:
                decision.differ(name, decision.values[name])

    def _leave_name(self, decision: Decision) -> None:
        if has_other_parts(decision.values):
            self.leave(decision, _("The parts of the name count, so this is not used: %(fields)s."), "name")

    def create(self, decisions):
        named = [decision.after.get(name) for decision in decisions for name in ("organization", "person")]
        # Before a new person gets a number: see LOCK_ORDER.
        hold_unmerged(*(relation.pk for relation in named if relation))
        for decision in decisions:
            self._attempt(self._add, decision)

    def _add(self, decision: Decision) -> None:
        after = decision.after
        values = {name: after.get(name, "") for name in OWN}
        person = after.get("person") or {part: after[part] for part in PARTS}
        contact = add_contact(after["organization"], person=person, values=values, by=self.by, token=None)
        decision.target = contact
        if "person" not in after:
            decision.row.made = {"person": contact.person_id, "version": contact.person.version}

    def update(self, decision):
        return edit_contact(decision.target, values=decision.after, version=decision.target.version)

    def take_back(self, row: ImportRow) -> str:
        contact = next(iter(lock_all(Contact.objects.filter(pk=row.target))), None)
        if row.verdict == ImportRow.Verdict.CREATE:
            return self._remove(contact, row)
        if contact is None:
            return _("It has been deleted since.")
        back, remainder = still_as_written(contact, row)
        if back:
            edit_contact(contact, values=back, version=contact.version)
        return remainder

    @transaction.atomic
    def _remove(self, contact: Contact | None, row: ImportRow) -> str:
        """Remove contact and person, or neither: a person that was used since, say in a note, keeps the contact."""
        if contact is not None:
            if contact.version != row.version:
                return _("%(name)s was changed since, so it stays.") % {"name": contact.person}
            remove_contact(contact)
        person = Relation.objects.filter(pk=(row.made or {}).get("person", 0)).first()
        remainder = delete_untouched_relation(person, version=row.made["version"]) if person else ""
        transaction.set_rollback(bool(remainder))
        return remainder
