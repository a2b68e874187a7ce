"""Legal forms in the names of organizations: "Acme B.V." and "Acme Holding N.V." are both Acme."""

from itertools import takewhile

LAST = {
    "bv", "nv", "vof", "cv", "ua", "ba", "wa", "eenmanszaak", "maatschap", "holding", "holdings",  # Dutch
    "bvba", "sprl", "srl", "vzw", "asbl", "cvba",  # Belgian
    "gmbh", "gmbhcokg", "ag", "kg", "ohg", "ug", "ev",  # German
    "ltd", "limited", "plc", "llp", "llc", "inc", "incorporated", "corp", "corporation",  # English
    "sa", "sarl", "sas", "sasu",  # French
}  # fmt: skip
FIRST = {"stichting", "vereniging", "cooperatie", "maatschap", "vof"}
JOINERS = {"en", "and", "et", "und"}  # "De Wit & Zn." is "De Wit en Zn."
MOST = 4  # words one form is written in: "S. A. R. L."


def split(words: list[str]) -> tuple[list[str], str]:
    """The words of a folded name without its legal forms, and these; a name that is nothing else keeps its words."""
    rest, forms = list(words), []
    while length := _last_form(rest):
        forms.insert(0, "".join(rest[-length:]))
        rest = rest[:-length]
    if len(rest) > 1 and rest[0] in FIRST:
        forms.insert(0, rest.pop(0))
    return [word for word in rest if word not in JOINERS] or rest, " ".join(forms)


def spelled(words: list[str]) -> tuple[list[str], list[str]]:
    """The words of a name, and the letters of the form it ends in: "X BV" and "X B. V." both end in b and v."""
    length = _last_form(words)
    form = "".join(words[len(words) - length :])
    return (words[:-length], list(form)) if length and len(form) <= MOST else (words, [])


def _last_form(words: list[str]) -> int:
    """How many words at the end are one legal form, "B. V." counting as one; 0 when there is none or nothing else."""
    for length in range(min(MOST, len(words) - 1), 0, -1):
        tail = words[-length:]
        letters = len(list(takewhile(lambda word: len(word) <= 2, tail))) == length
        if "".join(tail) in LAST and (length == 1 or letters or "".join(tail) == "gmbhcokg"):
            return length
    return 0
