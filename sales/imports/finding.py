"""Looking up the relations a file names, by number or by name, for many rows at once."""

from collections.abc import Iterable
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _

from relations.models import Relation
from relations.naming import KEY_LENGTH, fold, name_key, person_key, same_name

PREFIXES = {
    "van", "de", "der", "den", "het", "ten", "ter", "te", "in", "op", "aan", "bij", "von", "vom", "zu", "da", "di",
    "la", "le", "du", "'t", "d'",
}  # fmt: skip
UNKNOWN = "no_relation"  # the code of a refusal: no relation has this name
ORGANIZATION = Relation.Kind.ORGANIZATION


def split_name(text: str) -> dict[str, str]:
    """The three parts of a person's name written in one: "Jan van der Berg", or "Berg, Jan van der"."""
    if "," in text:
        family, _comma, rest = text.partition(",")
        parts = [*rest.split(), *family.split()]
        count = len(family.split())
    else:
        parts, count = text.split(), 0
    first, rest = (parts[:1], parts[1:]) if len(parts) > 1 else ([], parts)
    cut = len(rest) - count if count else 0
    between = [place for place, word in enumerate(rest) if word.casefold() in PREFIXES and place < len(rest) - 1]
    if count:
        first, rest = [*first, *rest[:cut]], rest[cut:]
        prefix = [word for word in first[1:] if word.casefold() in PREFIXES]
        first = [word for word in first if word not in prefix]
    elif between:
        first, prefix, rest = [*first, *rest[: between[0]]], rest[between[0] : between[-1] + 1], rest[between[-1] + 1 :]
    else:
        prefix = []
    return {"first_name": " ".join(first), "prefix": " ".join(prefix), "family_name": " ".join(rest)}


def sort_keys(name: str) -> set[str]:
    """What a relation of this name is sorted by, whether it is an organization or a person."""
    return {fold(name)[:KEY_LENGTH], person_key(**split_name(name))[:KEY_LENGTH]}


class Directory:
    """The relations with these numbers and names. A number of a relation that was merged leads to the survivor.

    Of organizations a name is the same however its legal form is spelled ("X B.V." is "X BV"); those that have another
    form, or none, only look alike. A relation that was made after `before` is no lookalike: a file may name both.
    """

    def __init__(
        self, *, numbers: Iterable[str] = (), names: Iterable[str] = (), domains: Iterable[str] = (),
        before: datetime | None = None,
    ):  # fmt: skip
        self._before = before
        self._alike: dict[str, list[Relation]] = {}  # by the name without legal form, or by the domain
        self._numbers: dict[str, Relation] = {}
        self._names: dict[str, list[Relation]] = {}
        self._former: dict[str, list[Relation]] = {}  # by the name of one that was merged into them
        wanted = {number for text in numbers if text for number in (text, text.upper())}
        if wanted:
            self._find_numbers(wanted)
        names = [name for name in names if name]
        keys = set().union(*(sort_keys(name) for name in names))
        cores = {name_key(ORGANIZATION, name) for name in names} - {""}
        if keys or domains:
            self._find_names(keys, cores, set(domains) - {""})

    def _find_numbers(self, wanted: set[str]) -> None:
        numbered = Relation.objects.filter(number__in=wanted).exclude(number="")  # as the index is: of numbers alone
        for relation in numbered.select_related("merged_into__merged_into"):
            self._numbers[fold(relation.number)] = _survivor(relation)

    def _find_names(self, keys: set[str], cores: set[str], domains: set[str]) -> None:
        condition = Q(sort_key__in=keys)
        if cores:
            condition |= Q(name_key__in=cores, kind=ORGANIZATION) & ~Q(name_key="")  # as the index is
        if domains:
            condition |= Q(domain__in=domains, kind=ORGANIZATION) & ~Q(domain="")
        for relation in Relation.objects.filter(condition).order_by("pk").select_related("merged_into__merged_into"):
            self.add(relation)
            if relation.merged_into is None and not (self._before and relation.created_at > self._before):
                for key in {relation.name_key, relation.domain} - {""} if not relation.is_person else ():
                    self._alike.setdefault(key, []).append(relation)

    def add(self, relation: Relation) -> None:
        """One more relation that can be meant by its name."""
        survivor, names = _survivor(relation), self._names if relation.merged_into is None else self._former
        for key in _keys(relation):
            if survivor not in (known := names.setdefault(key, [])):
                known.append(survivor)

    def drop(self, relation: Relation) -> None:
        """Remove a relation that was added by its name."""
        for key in _keys(relation):
            self._names[key].remove(relation)

    def by_number(self, number: str) -> Relation | None:
        """The relation with this number."""
        return self._numbers.get(fold(number))

    def by_name(self, name: str) -> list[Relation]:
        """The relations called exactly so, else in another spelling of the legal form; the active ones if there are."""
        matches = self._called(self._names, name)
        return [relation for relation in matches if relation.is_active] or matches

    def alike(self, name: str, *domains: str) -> Relation | None:
        """An organization of this name with another legal form or without, or of one of these domains."""
        keys = [name_key(ORGANIZATION, name), *domains] if name else domains
        return next((self._alike[key][0] for key in keys if key and key in self._alike), None)

    def _called(self, names: dict[str, list[Relation]], name: str) -> list[Relation]:
        return names.get(fold(name)) or names.get(_spelling(name), [])

    def fits(self, relation: Relation, name: str) -> bool:
        """Whether the relation is or was called so, its legal form aside."""
        same = name_key(relation.kind, name) == name_key(relation.kind, relation.name)
        return same or relation in self._former.get(fold(name), [])

    def everybody(self) -> set[int]:
        """The ids of all relations in it."""
        named = [one for names in (self._names, self._former) for some in names.values() for one in some]
        return {relation.pk for relation in [*self._numbers.values(), *named]}

    def knows(self, name: str) -> bool:
        """Whether a relation has or had this name."""
        return bool(self._called(self._names, name) or self._called(self._former, name))

    def refuse_alike(self, name: str) -> None:
        """Refuse an unknown name that looks like a known one: only a human can tell whether it is the same relation."""
        if relation := self.alike(name):
            message = _("“%(name)s” looks like %(found)s, which is here already. Use that name, or add it first.")
            raise ValidationError(message % {"name": name, "found": relation}, code="alike")

    def one(self, number: str, name: str) -> Relation | None:
        """The relation a row means: by number, else by name. Refuses one that is unknown or not the only one."""
        if number:
            relation = self.by_number(number)
            if relation is None:
                raise ValidationError(_("There is no relation with the number %(number)s.") % {"number": number})
            if name and not is_called(relation, name) and relation not in self.by_name(name):
                message = _("Number %(number)s is %(found)s, not “%(name)s”.")
                raise ValidationError(message % {"number": number, "found": relation, "name": name})
            return relation
        matches = self.by_name(name) or self._called(self._former, name)
        if name and not matches:
            self.refuse_alike(name)
            message = _("“%(name)s” is not a relation yet. Add it, or import the relations first.")
            raise ValidationError(message % {"name": name}, code=UNKNOWN)
        if len(matches) > 1:
            message = _("%(count)d relations are called “%(name)s”: give the number.")
            raise ValidationError(message, code="several", params={"count": len(matches), "name": name})
        return matches[0] if matches else None


def is_called(relation: Relation, name: str) -> bool:
    """Whether this is the relation's name, in any spelling of its legal form."""
    return bool({fold(name), _spelling(name)} & _keys(relation))


def _keys(relation: Relation) -> set[str]:
    """The keys of a relation: its name, and of an organization its name in any spelling of its legal form."""
    names = {fold(relation.name)}
    return names if relation.is_person else names | {_spelling(relation.name)}


def _spelling(name: str) -> str:
    """A key that all spellings of a name share; never equal to a name."""
    return f"\0{same_name(ORGANIZATION, name)}"


def _survivor(relation: Relation) -> Relation:
    """The relation itself, or the one it was merged into."""
    while relation.merged_into is not None:
        relation = relation.merged_into
    return relation
