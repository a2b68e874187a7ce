"""Telephone numbers as they are compared: one number, however it is written.

As in `words`, the steps stand here for Python and as a copy in the migration that makes `salescrm_phones` of them.
A number without a country is Dutch when it has the nine digits of one (or ten, with the 0 that is dialled in front).
"""

import re
import unicodedata

# Countries by their code, so that what follows it is known: +49 (0)30 is 030 there. No two of these begin alike.
CODES = (
    "1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|2[1-689][0-9]|3[578][0-9]|42[0-9]|5[09][0-9]|"
    "6[7-9][0-9]|8[03578-9][0-9]|9[679][0-9]"
)
# Done one after the other; what is left are numbers with a semicolon between them: +31612345678;+4930123456;112.
STEPS = [
    (r"[\u2010-\u2015\u2212]", "-"),
    (r"\( *0 *\)", " "),  # +31 (0)6
    (r"[^0-9+()/. -]+", ";"),  # words and commas stand between numbers, and so does what follows "ext."
    (r"[+]", ";+"),
    (r"([0-9](?:[()/. -]*[0-9]){9})[()/. -]+(?=0(?:[()/. -]*[0-9]){8})", r"\1;"),  # a whole one before the next
    (r"[()/. -]+", ""),
    (r"(^|;)00", r"\1+"),
    (rf"[+]({CODES})0+", r"+\1"),  # +31 06
    (r"(^|;)(?:0|31)?([1-9][0-9]{8})(?![0-9])", r"\1+31\2"),
]
FORMS = (rf"[+]({CODES})([0-9]+)", r" \1\2 0\2 ")  # with its country, and as it is dialled there
PATTERNS = [(re.compile(pattern), new) for pattern, new in STEPS]
RUN = re.compile(r"(?<!\w)[+(]?[0-9][0-9()/. \u2010-\u2015\u2212-]*[0-9](?!\w)")  # in a text


def numbers(text: str) -> list[str]:
    """Every number in a field, comparable: `06-12345678 / +49 (0)30 1234` is +31612345678 and +49301234."""
    text = unicodedata.normalize("NFKD", text)
    for pattern, new in PATTERNS:
        text = pattern.sub(new, text)
    return [number for number in text.split(";") if number.strip("+")]


def forms(text: str) -> list[str]:
    """Every form of each number in a field, with its country and without: what the database stores."""
    return [form for number in numbers(text) for form in re.sub(*FORMS, number).strip("+").split()]


def spellings(text: str) -> list[str]:
    """The words by which a number that somebody typed, or began to type, is looked for; its first 0 may be missing."""
    whole = forms(text)
    bare = [f"0{form}" for form in whole if not form.startswith("0") and not text.lstrip().startswith(("+", "00"))]
    return list(dict.fromkeys([*whole, *bare]))
