"""Merging two changes of one record by field (rule 6)."""

from collections.abc import Collection, Mapping
from typing import NamedTuple


class Merge[Value](NamedTuple):
    """What comes of two changes of one record: the `values` by name; of `questions` both, stored and mine."""

    values: dict[str, Value]
    questions: dict[str, tuple[Value, Value]]


def merge[Value](
    basis: Mapping[str, Value], stored: Mapping[str, Value], mine: Mapping[str, Value], *, before: Collection[str] = ()
) -> Merge[Value]:
    """Merge what is `stored` now with `mine`, which began as `basis`, name by name (rule 6).

    What I did not touch is as it is stored, what only I touched is mine, what both made the same is no question; what
    both touched differently is one. A name that `basis` does not know counts as touched by both. `before` are the
    questions that were asked already: each remains one until there is no difference.
    """
    values: dict[str, Value] = {}
    questions: dict[str, tuple[Value, Value]] = {}
    for name, value in mine.items():
        now = stored[name]
        if value == now:
            values[name] = now
        elif name in before or name not in basis or basis[name] not in (now, value):
            questions[name] = (now, value)
        else:
            values[name] = now if basis[name] == value else value
    return Merge(values, questions)
