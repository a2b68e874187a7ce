"""How names are stored, sorted and found: folded keys instead of a database collation."""

import re
import unicodedata

WORD = re.compile(r"[^\W_]+")
KEY_LENGTH = 250


def fold(text: str) -> str:
    """Lower case without accents, single spaces: what sorting and searching compare."""
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
    """Set what is stored about the names of a relation: name (of a person), sort key and search text.

    Every route that writes a relation calls this before it saves: forms, import, demo, generate.
    """
    parts = (relation.first_name, relation.prefix, relation.family_name)
    if relation.is_person:
        relation.name = full_name(*parts)
        relation.sort_key = person_key(*parts)[:KEY_LENGTH]
    else:
        relation.sort_key = fold(relation.name)[:KEY_LENGTH]
    relation.search_text = search_text(relation)


def search_text(relation) -> str:
    """The words a relation is found by: name, number, e-mail, city, KvK, btw-number and the digits of its phone."""
    texts = [relation.name, relation.number, relation.email, relation.city, relation.coc_number, relation.vat_number]
    return " ".join([*words(" ".join(texts)), *_phone_words(relation.phone)])


def _phone_words(phone: str) -> list[str]:
    digits = "".join(c for c in phone if c.isascii() and c.isdigit())
    if not digits:
        return []
    abroad = digits.removeprefix("00") if digits.startswith("00") else digits
    national = abroad.removeprefix("31").removeprefix("0") if abroad.startswith("31") else ""
    return [digits, *([f"0{national}"] if national else [])]
