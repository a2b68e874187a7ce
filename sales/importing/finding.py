"""Finding the relations a file names, by number or by name, for many rows at once."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from relations.models import Relation
from relations.naming import KEY_LENGTH, fold, person_key

PREFIXES = {
    "van", "de", "der", "den", "het", "ten", "ter", "te", "in", "op", "aan", "bij", "von", "vom", "zu", "da", "di",
    "la", "le", "du", "'t", "d'",
}  # fmt: skip
UNKNOWN = "no_relation"  # the code of a refusal for a name nobody has


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
    """The relations with these numbers and names. A number of a relation that was merged leads to the one kept."""

    def __init__(self, *, numbers: Iterable[str] = (), names: Iterable[str] = ()):
        self._numbers: dict[str, Relation] = {}
        self._names: dict[str, list[Relation]] = {}
        self._former: dict[str, list[Relation]] = {}  # by the name of one that was merged into them
        wanted = {number for text in numbers if text for number in (text, text.upper())}
        if wanted:
            self._find_numbers(wanted)
        keys = set().union(*(sort_keys(name) for name in names if name))
        if keys:
            self._find_names(keys)

    def _find_numbers(self, wanted: set[str]) -> None:
        numbered = Relation.objects.filter(number__in=wanted).exclude(number="")  # as the index is: of numbers alone
        for relation in numbered.select_related("merged_into__merged_into"):
            self._numbers[fold(relation.number)] = _kept(relation)

    def _find_names(self, keys: set[str]) -> None:
        named = Relation.objects.filter(sort_key__in=keys).order_by("pk")
        for relation in named.select_related("merged_into__merged_into"):
            self.add(relation)

    def add(self, relation: Relation) -> None:
        """One more relation that can be meant by its name."""
        kept, names = _kept(relation), self._names if relation.merged_into is None else self._former
        if kept not in (known := names.setdefault(fold(relation.name), [])):
            known.append(kept)

    def drop(self, relation: Relation) -> None:
        """This relation, added by its name, is not there any more."""
        self._names[fold(relation.name)].remove(relation)

    def by_number(self, number: str) -> Relation | None:
        """The relation with this number."""
        return self._numbers.get(fold(number))

    def by_name(self, name: str) -> list[Relation]:
        """The relations called exactly so; only the active ones when there are any."""
        found = self._names.get(fold(name), [])
        return [relation for relation in found if relation.is_active] or found

    def everybody(self) -> set[int]:
        """The ids of all relations found."""
        named = [one for names in (self._names, self._former) for some in names.values() for one in some]
        return {found.pk for found in [*self._numbers.values(), *named]}

    def knows(self, name: str) -> bool:
        """Whether somebody is or was called so."""
        return bool(self._names.get(fold(name)) or self._former.get(fold(name)))

    def one(self, number: str, name: str) -> Relation | None:
        """The relation a row means: by number, else by name. Refuses one that is unknown or not the only one."""
        if number:
            found = self.by_number(number)
            if found is None:
                raise ValidationError(_("There is no relation with the number %(number)s.") % {"number": number})
            if name and fold(name) != fold(found.name) and found not in self.by_name(name):
                message = _("Number %(number)s is %(found)s, not “%(name)s”.")
                raise ValidationError(message % {"number": number, "found": found, "name": name})
            return found
        found = self.by_name(name) or self._former.get(fold(name), [])
        if name and not found:
            message = _("“%(name)s” is not a relation yet. Add it, or import the relations first.")
            raise ValidationError(message % {"name": name}, code=UNKNOWN)
        if len(found) > 1:
            message = _("%(count)d relations are called “%(name)s”: give the number.")
            raise ValidationError(message, code="several", params={"count": len(found), "name": name})
        return found[0] if found else None


def _kept(relation: Relation) -> Relation:
    """The relation itself, or the one it was merged into."""
    while relation.merged_into is not None:
        relation = relation.merged_into
    return relation
