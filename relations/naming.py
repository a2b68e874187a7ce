"""How names are stored, sorted and looked up: folded keys instead of a database collation."""

from relations import legal_forms
from relations.domains import domain_of
from salescrm.words import fold, words

KEY_LENGTH = 250


def full_name(first_name: str, prefix: str, family_name: str) -> str:
    """A person's name as it is spoken: "Jan", "van der", "Berg" is "Jan van der Berg"."""
    return " ".join(part for part in (first_name, prefix, family_name) if part)


def person_key(first_name: str, prefix: str, family_name: str) -> str:
    """A person's sort key, the Dutch way: "berg, jan van der"."""
    return fold(", ".join(part for part in (family_name, full_name(first_name, prefix, "")) if part))


def apply_names(relation) -> None:
    """Set what is derived from other fields: name (of a person), sort key, name key and domain.

    Every route that writes a relation calls this before it saves: forms, import, demo, generate.
    """
    parts = (relation.first_name, relation.prefix, relation.family_name)
    if relation.is_person:
        relation.name = full_name(*parts)
        relation.sort_key = person_key(*parts)[:KEY_LENGTH]
    else:
        relation.sort_key = fold(relation.name)[:KEY_LENGTH]
    relation.name_key = name_key(relation.kind, relation.name)
    relation.domain = domain_of(relation.email, relation.website)


def same_name(kind: str, name: str) -> str:
    """What two spellings of one name share: "X B.V." and "X BV" do, while "X", "X N.V." and "X GmbH" are others."""
    if kind == "person":
        return fold(name)
    core, form = legal_forms.split(words(name))
    return f"{''.join(core)} {form}"


def name_key(kind: str, name: str) -> str:
    """What likely duplicates share: the folded name without spaces, punctuation and (of organizations) legal form."""
    core = words(name) if kind == "person" else legal_forms.split(words(name))[0]
    return "".join(core)[:KEY_LENGTH]
