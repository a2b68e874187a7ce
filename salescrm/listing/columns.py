"""The columns of a list: what each sorts by, and what a click on its head asks for."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import Expression, F, Value
from django.db.models.expressions import OrderBy
from django.db.models.functions import NullIf
from django.utils.functional import Promise

type Order = OrderBy | str


@dataclass(frozen=True)
class Column:
    """A column: its name, what it sorts by (nothing: it does not sort), and the fields it reads.

    `short` is its head where the name is long. With `downwards` a first click on the head sorts from high to low, as it
    does on that of a figure; with `backwards` its figures grow while what it sorts by falls. `known` says that it is
    never empty and that an index holds it and the key: it serves in either direction.
    """

    label: Promise | str
    by: str | Expression | Sequence[str] = ""
    reads: tuple[str, ...] = ()
    short: Promise | str = ""
    figure: bool = False
    downwards: bool = False
    backwards: bool = False
    known: bool = False

    def order(self, *, down: bool, ties: Sequence[str]) -> list[Order]:
        """What to order by; what is empty stands last in either direction, among equals `ties` decide."""
        falls, every = down != self.backwards, [self.by] if isinstance(self.by, str | Expression) else self.by
        if self.known:
            return [f"{'-' if falls else ''}{name}" for name in (*every, "pk")]
        ways = [F(by) if isinstance(by, str) else by for by in every]
        return [*(by.desc(nulls_last=True) if falls else by.asc(nulls_last=True) for by in ways), *ties]

    def head(self, key: str, sort: str) -> "Head":
        """Its head while the list has this order."""
        now = {key: "ascending", f"-{key}": "descending"}.get(sort, "")
        falls = now == "ascending" or (not now and (self.figure or self.downwards))
        following = (f"-{key}" if falls else key) if self.by else ""
        return Head(key, str(self.short or self.label), self.figure, now, following)


class Head(NamedTuple):
    """The head of a column; `next` is what a click on it sorts by ("": nothing), `direction` how it sorts now."""

    key: str
    label: str
    figure: bool
    direction: str
    next: str


def filled(name: str | Expression) -> NullIf:
    """A text to sort by that counts as empty when it is blank."""
    return NullIf(name, Value(""))
