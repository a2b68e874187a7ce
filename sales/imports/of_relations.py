"""Importing relations: organizations and persons."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Value
from django.db.models.functions import Upper
from django.utils.translation import gettext as _

from relations.domains import of_email, of_website
from relations.models import Relation, RelationType
from relations.naming import fold, full_name, same_name
from relations.removing import delete_untouched_relation
from relations.saving import create_relation, edit_relation
from sales.imports.deciding import Importer
from sales.imports.fields import fields_of
from sales.imports.finding import Directory, is_called, split_name
from sales.models.imports import ImportRow
from salescrm.models import User
from salescrm.versions import lock_all

PARTS = ("first_name", "prefix", "family_name")
NUMBERS = ("coc_number", "vat_number")
HOUSE = ("house_number", "house_addition")
Kind = Relation.Kind


def parts_of(values: dict) -> dict[str, str]:
    """The parts of a person's name: as the row gives them, else taken from the name in one."""
    given = {name: values[name] for name in PARTS if values.get(name)}
    return dict.fromkeys(PARTS, "") | given if given else _divided(values.get("name", ""))


def _domains(values: dict) -> list[str]:
    """The internet domains an organization of these values is known by."""
    return [of_email(values.get("email", "")), of_website(values.get("website", ""))]


def _divided(name: str) -> dict[str, str]:
    """A name in one, in its parts. Refuses one of which a part is too long."""
    parts = split_name(name)
    for part, text in parts.items():
        Relation._meta.get_field(part).run_validators(text)
    return parts


def has_other_parts(values: dict) -> bool:
    """Whether a row names a person in parts that are not its name in one."""
    parts = full_name(*(values.get(part, "") for part in PARTS))
    return bool(parts) and fold(parts) != fold(values.get("name", ""))


def name_in(values: dict) -> str:
    """The name of the relation in a row."""
    return values.get("name") or full_name(*(values.get(part, "") for part in PARTS))


class RelationImporter(Importer):
    """Rows of relations."""

    def label_of(self, values):
        return name_in(values) or values.get("number", "")

    def read(self, row):
        decision = super().read(row)
        if not decision.values.get("street"):
            self.leave(decision, _("There is no street, so this is not used: %(fields)s."), *HOUSE)
        house = " ".join(decision.values.pop(name) for name in HOUSE if name in decision.values)
        street = decision.values.get("street", "")
        if house and street and not decision.verdict and not street.endswith(f" {house}"):
            self._attempt(self._join, decision, f"{street} {house}")
        return decision

    def _join(self, decision, address: str) -> None:
        """Join street and house number, two columns of a file, into one line; a number without a street is left out."""
        decision.values["street"] = fields_of(self.run.kind)["street"].read(address, self.reading)

    def look_up(self, decisions):
        for decision in decisions:
            decision.values.setdefault("kind", self.run.options.get("kind", Kind.ORGANIZATION))
        values = [decision.values for decision in decisions]
        self.directory = Directory(
            numbers={row.get("number", "") for row in values},
            names={self.label_of(row) for row in values},
            domains={domain for row in values for domain in _domains(row)},
            before=self.run.started_at,
        )
        self.same = {name: self._same(name, values) for name in ("coc_number", "vat_number", "email")}
        self.kind = RelationType.objects.filter(pk=self.run.options.get("relation_type") or 0).first()
        self.kind = self.kind or RelationType.objects.proposed()
        self.owner = User.objects.filter(pk=self.run.options.get("owner") or 0).first()

    def _same(self, name: str, values: list[dict]) -> dict[str, list[Relation]]:
        wanted = {row[name] for row in values if row.get(name)}
        rows = Relation.objects.filter(merged_into=None)
        if name == "email":
            rows = rows.annotate(folded=Upper("email")).filter(folded__in=[Upper(Value(email)) for email in wanted])
        else:
            rows = rows.filter(**{f"{name}__in": wanted}).exclude(**{name: ""})  # as the index is: of numbers alone
        holders: dict[str, list[Relation]] = {}
        for relation in rows.order_by("pk") if wanted else []:
            holders.setdefault(getattr(relation, name).lower(), []).append(relation)
        return holders

    def key_of(self, values):
        match self.run.key:
            case "name":
                return self._name(values) if self.label_of(values) else ""
            case name:
                return fold(values.get(name, ""))

    def matches(self, decision):
        values = decision.values
        if self.run.key == "number":
            relation = self.directory.one(values["number"], "")
            if not self._fits(values, relation):
                message = _("Number %(number)s is %(found)s, not “%(name)s”.")
                named = {"number": values["number"], "found": relation, "name": name_in(values)}
                raise ValidationError(message % named)
            return [relation]
        if self.run.key == "name":
            return self._called(values)
        matches = self.same[self.run.key].get(values[self.run.key].lower(), [])
        if self.run.key == "email" and len(matches) == 1 and not self._fits(values, matches[0], without="email"):
            raise ValidationError(_("This e-mail address belongs to %(name)s.") % {"name": matches[0]})
        return matches

    def _fits(self, values: dict, relation: Relation, without: str = "") -> bool:
        """Whether more than a number says that this relation is meant: its name, or a number nobody else has.

        Other systems count from 1 too.
        """
        name = name_in(values)
        sure = [same for same in (*NUMBERS, "email") if same != without and values.get(same)]
        same = any(values[other].lower() == getattr(relation, other).lower() for other in sure)
        return not name or same or self.directory.fits(relation, name)

    def twin_key(self, decision):
        return f"new {self._name(decision.values)}"

    def _name(self, values: dict) -> str:
        return f"{values['kind']} {same_name(values['kind'], self.label_of(values))}"

    def _called(self, values: dict) -> list[Relation]:
        return [
            relation for relation in self.directory.by_name(self.label_of(values)) if relation.kind == values["kind"]
        ]

    def check_new(self, decision):
        values = decision.values
        self.leave(decision, _("New relations get numbers of their own, so this is not used: %(fields)s."), "number")
        self._leave_names(decision, values["kind"])
        written = {name: value for name, value in values.items() if name not in ("number", "kind", "name", *PARTS)}
        if values["kind"] == Kind.PERSON:
            written |= parts_of(values)
            if not (written["first_name"] or written["family_name"]):
                raise ValidationError(_("There is no name."))
        elif not values.get("name"):
            raise ValidationError(_("There is no name."))
        else:
            written["name"] = values["name"]
        written.setdefault("relation_type", self.kind)
        if self.owner:
            written.setdefault("owner", self.owner)
        if not written["relation_type"].is_active:
            raise ValidationError(_("This relation type is retired. Choose another one."))
        self._refuse_twin(values)
        decision.after = {"kind": values["kind"], **written}

    def _refuse_twin(self, values: dict) -> None:
        """Refuse a row whose name or number is here already: a duplicate is worse than a row to look at again."""
        if self.twins:
            return
        known = [(name, self.same[name].get(values[name].lower())) for name in NUMBERS if values.get(name)]
        known = [relations for _name, relations in known if relations] + [self._called(values)]
        twin = next((relations[0] for relations in known if relations), None)
        if twin is None and values["kind"] == Kind.ORGANIZATION:
            twin = self.directory.alike(values.get("name", ""), *_domains(values))
        if twin:
            message = _("It looks like %(name)s (%(number)s), which is here already.")
            raise ValidationError(message % {"name": twin, "number": twin.number or twin.pk})

    def compare(self, decision):
        values, relation = dict(decision.values), decision.target
        if fold(values.pop("number", "")) not in ("", fold(relation.number)) and self.run.key != "number":
            self.leave(decision, _("Its number here stays, so this is not used: %(fields)s."), "number")
        self._leave_names(decision, relation.kind)
        if "kind" in self.mapped and values["kind"] != relation.kind:
            raise ValidationError(_("It is a person in one place and an organization in the other."))
        values.pop("kind")
        name = values.pop("name", "")
        given = {part: values.pop(part) for part in PARTS if part in values}
        if relation.is_person:
            if not any(given.values()) and name and fold(name) != fold(relation.name):
                given = _divided(name)
            values |= given
        elif name and not (self.run.key != "number" and is_called(relation, name)):  # another spelling renames nobody
            values["name"] = name
        for field, value in values.items():
            decision.differ(field, value)

    def _leave_names(self, decision, kind: str) -> None:
        """An organization has one name and a person its parts."""
        values = decision.values
        if kind == Kind.ORGANIZATION:
            self.leave(decision, _("An organization has one name, so this is not used: %(fields)s."), *PARTS)
        elif has_other_parts(values):
            self.leave(decision, _("The parts of the name count, so this is not used: %(fields)s."), "name")

    def create(self, decisions):
        for decision in decisions:
            values = dict(decision.after)
            kind = values.pop("kind")
            decision.target = create_relation(kind=kind, values=values, by=self.by, token=None)

    def update(self, decision):
        relation = decision.target
        return edit_relation(relation, values=decision.after, version=relation.version, by=self.by)

    def take_back(self, row: ImportRow) -> str:
        relation = next(iter(lock_all(Relation.objects.filter(pk=row.target))), None)
        if relation is None:
            return "" if row.verdict == ImportRow.Verdict.CREATE else _("It has been deleted since.")
        if row.verdict == ImportRow.Verdict.CREATE:
            return delete_untouched_relation(relation, version=row.version)
        back, remainder = still_as_written(relation, row)
        if back:
            edit_relation(relation, values=back, version=relation.version, by=self.by)
        return remainder


def still_as_written(record: models.Model, row: ImportRow) -> tuple[dict, str]:
    """What a run wrote and nobody changed since, with the former values; and a sentence on what somebody changed."""
    back, changed = {}, []
    for name, after in row.after.items():
        field = record._meta.get_field(name)
        if getattr(record, field.attname) != field.to_python(after):
            changed.append(str(field.verbose_name))
        elif row.before[name] is not None and field.is_relation:
            former = field.related_model._base_manager.filter(pk=row.before[name]).first()
            back |= {name: former} if former else {}
            changed += [] if former else [str(field.verbose_name)]
        else:
            back[name] = None if row.before[name] is None else field.to_python(row.before[name])
    if not changed:
        return back, ""
    return back, _("Changed since, so it stays: %(fields)s.") % {"fields": ", ".join(changed)}
