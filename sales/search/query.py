"""What somebody typed in the search box, in the forms in which it is looked for."""

import re
import unicodedata
from collections.abc import Iterator
from functools import cached_property

from django.db.models import F, Value
from django.db.models.expressions import RawSQL

from relations.models import Relation
from relations.querysets import prefix_query, typed
from relations.spread import all_of, any_of, array_of, rareness
from salescrm import phones
from salescrm.calendar import today
from salescrm.numbering import meant
from salescrm.words import WordsQuery, fold, words

MOST = 20  # of a kind that one way of looking brings, and that the page of a search shows
CANDIDATES = 40
LONGEST = 200
COUNTRY = re.compile(r"[a-z]{2}[0-9]{2}")  # how a VAT number and an IBAN begin
PHONES = ("phone", "mobile", "person__phone", "person__mobile")
SEARCHED, LONGEST_TOKEN = 20_000, 1000  # characters of a text that are searched, and of what has no space in it
AROUND, EXCERPT = 20, 160  # characters of a text before the match in it, and of the whole excerpt
LOOKED_UP = 3  # words of which some may stand in a record and others in its customer
NEAR = 1000  # relations that hold one of them
FEW = 200  # relations so few that all that is theirs may be compared, word by word
EXACT, BEGINS, WORDS = range(3)  # how well a record fits


class Near:
    """Relations that hold one of the rarest words: all that do, but of a common word no more than NEAR."""

    def __init__(self, typed: list[str], holders: dict[str, list[int]]):
        self.typed, self.holders = typed, holders
        self.common = any(len(relations) >= NEAR for relations in holders.values()) or (len(typed) > 1 and not holders)
        # Some relation may hold all the words, or the number that they are when written as one (with "NL" before it).
        numeric = any(not word.isalpha() for word in typed) and all(
            len(word) < 3 or not word.isalpha() for word in typed
        )
        numeric |= bool(COUNTRY.match("".join(typed)))
        self.whole = all(holders.values()) or numeric

    def many(self) -> Iterator[tuple[RawSQL, WordsQuery, RawSQL]]:
        """The relations that hold a word that many hold, the other words, and the relations that hold one of those."""
        many = {word: relations for word, relations in self.holders.items() if len(relations) > FEW}
        everywhere = [pk for relations in self.holders.values() for pk in relations]
        if many and len(self.typed) > 2:  # one look at the words is quicker than one for each of them
            yield array_of(everywhere), any_of(self.typed), array_of(everywhere)
            return
        for word, relations in many.items():
            rest = [pk for other, more in self.holders.items() if other != word for pk in more]
            yield array_of(relations), any_of(other for other in self.typed if other != word), array_of(rest)

    def few(self) -> RawSQL | None:
        """The relations that hold a word that few hold."""
        few = [pk for relations in self.holders.values() if len(relations) <= FEW for pk in relations]
        return array_of(few) if few else None

    def others(self) -> WordsQuery | None:
        """The words that a record holds itself when its customer holds none but the common ones and the short ones."""
        rare = [word for word, relations in self.holders.items() if len(relations) < NEAR]
        return all_of(rare) if rare and len(rare) < len(self.typed) else None


class SearchQuery:
    """What somebody typed: its words, and the numbers it may be."""

    def __init__(self, text: str, limit: int = MOST):
        self.text = " ".join(text.replace("\x00", "").split())[:LONGEST].strip()
        self.folded = fold(self.text.removeprefix("#"))
        self.words = prefix_query(self.text)
        self.typed = list(dict.fromkeys(typed(self.text)))
        self.compact = "".join(typed(self.text)).upper()  # a number without the dots and spaces people write in it
        # Too little to look for words: half of all begin with it.
        self.is_letter = len(self.compact) == 1 or all(len(word) == 1 and word.isalpha() for word in self.typed)
        self.numbers = {self.text, self.text.upper(), self.compact, f"NL{self.compact}"} - {""}
        self.any = any_of(self.typed)
        runs = phones.RUN.findall(unicodedata.normalize("NFKC", self.text))  # full-width digits are digits
        self.phones = [number for run in runs for number in phones.spellings(run)]
        long = sorted((word for word in self.typed if len(word) > 1), key=rareness)
        self.rarest = long[:LOOKED_UP] if len(self.typed) > 1 else []
        # How many rows are read, to show the best of them: several words take longer and fit better.
        self.enough = min(3 * limit, CANDIDATES) if self.rarest else CANDIDATES

    @property
    def id(self) -> int | None:
        """The id of a record, typed as 123 or #123."""
        digits = self.text.removeprefix("#")
        return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 16 else None

    @cached_property
    def meant(self) -> set[str]:
        """The numbers of ours that this may be, also without leading zeros, year or letters; # is for sales."""
        return self.numbers | (set() if self.text.startswith("#") else meant(self.text, on=today()))

    @cached_property
    def near(self) -> Near:
        """The relations that hold one of the rarest words; one statement, none for a single word."""
        if not self.rarest:
            return Near(self.typed, {})
        parts = [
            Relation.objects.order_by().alias(itself=F("pk") % 1).filter(itself=0, search=any_of([word]))
            .values_list("pk", Value(word))[:NEAR]
            for word in self.rarest
        ]  # fmt: skip
        holders = {word: [] for word in self.rarest}
        for pk, word in parts[0].union(*parts[1:], all=True).order_by() if parts[1:] else parts[0]:
            holders[word].append(pk)
        return Near(self.typed, holders)

    def is_number(self, *numbers: str) -> bool:
        """Whether one of these numbers or addresses of a record is what was typed."""
        return any(number in self.meant or fold(number) == self.folded for number in numbers if number)

    def stands_in(self, text: str) -> bool:
        """Whether the words or the number that were typed begin one of this text."""
        return bool(self._begun_in(text)) or "".join(words(text)).startswith(self.compact.lower())

    def _begun_in(self, text: str) -> set[str]:
        tokens = words(text)
        whole = "".join(tokens)
        tokens += [whole, whole[2:] if COUNTRY.match(whole) else whole]
        return {typed for typed in self.typed if any(word.startswith(typed) for word in tokens)}

    def calls(self, field: str) -> bool:
        """Whether one of the phone numbers in a field begins like a number that was typed."""
        return any(form.startswith(number) for form in phones.forms(field) for number in self.phones)

    def place(self, row: dict, *names: str, besides: tuple[str, ...] = ()) -> str:
        """The phone number or other text of a row in which something stands that does not stand in those `besides`."""
        called = (row[name] for name in PHONES if name in row and self.calls(row[name]))
        rest = set(self.typed) - self._begun_in(" ".join(row[name] for name in besides))
        whole = (row[name] for name in names if "".join(words(row[name])).startswith(self.compact.lower()))
        held = max((row[name] for name in names), key=lambda text: len(self._begun_in(text)), default="")
        return next(called, "") or next(whole, "") or (held if self._begun_in(held) & rest else "")

    def excerpt(self, text: str) -> str:
        """The part of a text in which what was typed stands, on one line."""
        line = " ".join(text[:SEARCHED].split())
        tokens = re.finditer(r"\S+", line)
        first = next((token.start() for token in tokens if self.stands_in(token[0][:LONGEST_TOKEN])), 0)
        start = line.rfind(" ", 0, max(first - AROUND, 0)) + 1
        end = line.rfind(" ", start, start + EXCERPT) if len(line) > start + EXCERPT else len(line)
        part = line[start : end if end > first else start + EXCERPT]
        return f"{'…' if start else ''}{part}{'…' if start + len(part) < len(line) else ''}"

    def rank(self, row: dict, *names: str) -> int:
        """How well a row fits, by these texts of it."""
        if row["exact"]:
            return EXACT
        return BEGINS if any(fold(row[name]).startswith(self.folded) for name in names) else WORDS
