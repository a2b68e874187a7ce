"""The words in the columns of a file that name rows of our lists: which there are, and which need a meaning."""

from dataclasses import dataclass

from django.db.models import Count
from django.db.models.fields.json import KT

from relations.naming import fold
from sales.imports.cells import is_nothing, readable
from sales.imports.columns import Field
from sales.imports.fields import fields_of
from sales.imports.lists import Lists
from sales.models.imports import ImportRun

MOST = 100  # of one column; with more words it is the wrong column
ALWAYS = ("phase", "status")  # on the page with their proposed meaning, whenever there is a page


@dataclass(frozen=True)
class Word:
    """One word of a column, and how many rows hold it."""

    field: Field
    column: str
    text: str
    count: int


def words_of(run: ImportRun) -> list[Word]:
    """The words that need a meaning: those that are unknown here, and all of the columns for phase and status.

    Nothing when every word is known.
    """
    lists, fields, words, unknown = Lists({}), fields_of(run.kind), [], False
    for place, name in sorted(run.mapping.items(), key=lambda pair: int(pair[0])):
        field = fields[name]
        if not field.choice or field.choice == "yes":
            continue
        for text, count in _counted(run, int(place)):
            known = lists.knows(field.choice, text)
            if is_nothing(text) and not known:
                continue
            unknown = unknown or not known
            if not known or name in ALWAYS:
                words.append(Word(field, run.columns[int(place)], text, count))
    return words if unknown else []


def _counted(run: ImportRun, place: int) -> list[tuple[str, int]]:
    """The words of a column with their number of rows, the most frequent first; spelled differently is the same."""
    rows = run.rows.annotate(cell=KT(f"cells__{place}")).exclude(cell=None).exclude(cell="")
    counted: dict[str, tuple[str, int]] = {}
    for cell, count in rows.order_by().values_list("cell").annotate(Count("pk")).order_by("-pk__count", "cell")[:MOST]:
        for text in readable([cell]):  # any other cell refuses its row
            first, before = counted.get(fold(text), (text, 0))
            counted[fold(text)] = (first, before + count)
    return list(counted.values())
