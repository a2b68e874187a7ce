"""How names are stored, sorted and found: folded keys instead of a database collation."""

import re
import unicodedata

from relations import legal_forms
from relations.domains import domain_of

WORD = re.compile(r"[^\W_]+")
KEY_LENGTH = 250


def fold(text: str) -> str:
    """Lower case without accents, single spaces: what sorting and searching compare."""
    if text.isascii():
        return " ".join(text.lower().split())
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(c for c in decomposed if not unicodedata.combining(c)).split())


def words(text: str) -> list[str]:
    """The folded words of a text, without any punctuation: `jan@acme.nl` is jan, acme and nl."""
    return WORD.findall(fold(text))


def full_name(first_name: str, prefix: str, family_name: str) -> str:
    """A person's name as one says it: "Jan", "van der", "Berg" is "Jan van der Berg"."""
    return " ".join(part for part in (first_name, prefix, family_name) if part)


def person_key(first_name: str, prefix: str, family_name: str) -> str:
    """A person's sort key, the Dutch way: "berg, jan van der"."""
    return fold(", ".join(part for part in (family_name, full_name(first_name, prefix, "")) if part))


def apply_names(relation) -> None:
    """Set what is derived from other fields: name (of a person), sort key, name key, domain and search text.

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
    relation.search_text = search_text(relation)


def name_key(kind: str, name: str) -> str:
    """What likely duplicates share: the folded name without spaces, punctuation and (of organizations) legal form."""
    core = words(name) if kind == "person" else legal_forms.split(words(name))[0]
    return "".join(core)[:KEY_LENGTH]


def search_text(relation) -> str:
    """The words a relation is found by: name, numbers, e-mail, city, KvK, btw-number and the digits of its phone.

    A relation that was merged into another one is not found: the numbers it had lead to the other one.
    """
    if relation.merged_into_id:
        return ""
    texts = [
        relation.name, relation.number, relation.former_numbers, relation.email, relation.city, relation.coc_number,
        relation.vat_number,
    ]  # fmt: skip
    return " ".join([*words(" ".join(texts)), *_phone_words(relation.phone)])


def _phone_words(phone: str) -> list[str]:
    digits = "".join(c for c in phone if c.isascii() and c.isdigit())
    if not digits:
        return []
    abroad = digits.removeprefix("00") if digits.startswith("00") else digits
    national = abroad.removeprefix("31").removeprefix("0") if abroad.startswith("31") else ""
    return [digits, *([f"0{national}"] if national else [])]
