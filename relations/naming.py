"""How names are stored, sorted and found: folded keys instead of a database collation."""

import unicodedata


def fold(text: str) -> str:
    """Lower case without accents, single spaces: what sorting and searching compare."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(c for c in decomposed if not unicodedata.combining(c)).split())


def full_name(first_name: str, prefix: str, family_name: str) -> str:
    """A person's name as one says it: "Jan", "van der", "Berg" is "Jan van der Berg"."""
    return " ".join(part for part in (first_name, prefix, family_name) if part)


def person_key(first_name: str, prefix: str, family_name: str) -> str:
    """A person's sort key, the Dutch way: "berg, jan van der"."""
    return fold(f"{family_name}, {full_name(first_name, prefix, '')}".rstrip(", "))
