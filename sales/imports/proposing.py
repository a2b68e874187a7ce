"""What is proposed for the columns of a file: as the last time, else a guess; and why a column is left alone."""

from collections.abc import Iterable

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from relations.models import Relation
from relations.naming import fold, name_key
from sales.imports.cells import counts_rows, is_nothing, readable
from sales.imports.columns import (
    comparable,
    guess,
    guess_reading,
    is_weighted,
    prefer_amount,
)
from sales.imports.fields import NEEDED, fields_of, fitting_keys
from sales.imports.of_relations import PARTS
from sales.models import Sale, SalesSettings
from sales.models.imports import ImportRun
from salescrm.models import User
from salescrm.url_words import is_id

SAMPLES = 200
Kind = ImportRun.Kind
# Numbers we give ourselves, and the fields that confirm which record is meant: other systems count from 1 too.
NUMBERS = {
    Kind.RELATIONS: {"number": (Relation, ("name", *PARTS))},
    Kind.CONTACTS: {"organization_number": (Relation, ("organization",)), "number": (Relation, ("name", *PARTS))},
    Kind.SALES: {"number": (Sale, ("subject", "customer")), "customer_number": (Relation, ("customer",))},
}
# Why nothing is proposed for a column.
WHY = {
    "weighted": _("This is the weighted amount, which is calculated here from the amount and the probability."),
    "expected": _("Beside an amount this is the weighted amount, which is calculated here. Choose it if it is not."),
    "counted": _("This counts the rows of the file, so it recognises nothing here."),
    "others": _("Here these numbers belong to others, so they recognise nothing."),
    "alone": _("Nothing else in the file says that these are numbers of ours. Choose it if they are."),
    "sales": _("No sale here has these numbers. As “Reference in another system” they are recognised the next time."),
    "relations": _("No relation here has these numbers. New relations get numbers of their own."),
    "none": _("No relation here has these numbers."),
}


def propose(run: ImportRun, by: User) -> None:
    """The mapping of the last run with these columns, else a guess from headings and the first rows."""
    rows = list(first_rows(run))
    guessed, why = _guessed(run, rows)
    last = remembered(run)
    if last is not None:
        run.mapping, run.key = last.mapping, last.key
        forget = {"digest", "rows", "again", "to_do", "dealt", "told", "unknown", "filled", "running", "left", "sheets"}
        forget |= {"counts", "name"}  # what is left of a run that was cleared
        run.options |= {name: value for name, value in last.options.items() if name not in forget}
    else:
        run.mapping = guessed
        samples = samples_of(run, rows, SAMPLES)
        mapped, fields = set(run.mapping.values()), fields_of(run.kind)
        reading = guess_reading({fields[name]: samples[int(place)] for place, name in run.mapping.items()}, by.language)
        filled = {name for place, name in run.mapping.items() if not all(map(is_nothing, samples[int(place)]))}
        run.key = next(iter(fitting_keys(run.kind, filled)), "")
        creates = _makes_new(run.kind, mapped) or not run.key
        run.options |= {"numbers": reading.numbers, "dates": reading.dates, "create": creates}
    run.options |= {"left": why, "running": [place for place in range(len(run.columns)) if _is_counted(rows, place)]}
    same = ImportRun.objects.filter(options__digest=run.options["digest"], kind=run.kind)
    run.options["again"] = bool(same.filter(status=ImportRun.Status.DONE).exclude(pk=run.pk).exists())
    run.save(update_fields=["mapping", "options", "key"])


def _guessed(run: ImportRun, rows: list[list]) -> tuple[dict[str, str], dict[str, str]]:
    """The field of every column that is recognised; and of those left alone why, both by their place."""
    fields, why = fields_of(run.kind), {}
    guessed = guess(run.columns, fields.values())
    if run.kind == Kind.SALES:
        why = {str(place): "weighted" for place, column in enumerate(run.columns) if is_weighted(column)}
        before, guessed = guessed, prefer_amount(run.columns, guessed, fields["expected_revenue"])
        why |= dict.fromkeys(set(before) - set(guessed), "expected")
        if "by_hand" not in guessed.values():  # a percentage of another system is not one set by hand here
            why |= {place: "probability" for place, name in guessed.items() if name == "probability"}
        if any(name == "external_reference" and _is_counted(rows, int(place)) for place, name in guessed.items()):
            why |= {place: "counted" for place, name in guessed.items() if name == "external_reference"}
    strange = {place: _strange(run, guessed, int(place), rows) for place in guessed}
    why |= {place: reason for place, reason in strange.items() if reason}
    ours = {place: name for place, name in guessed.items() if place not in why}
    if _makes_new(run.kind, set(ours.values())):
        return ours, why
    # Without them nothing new can be made. Headings of our own exports then make it a file of changes.
    own = {place for place, name in guessed.items() if comparable(run.columns[int(place)]) in fields[name].own()}
    proposed = {place: name for place, name in guessed.items() if place in ours or (place in own and strange[place])}
    return proposed, {place: reason for place, reason in why.items() if place not in proposed}


def _makes_new(kind: str, mapped: set[str]) -> bool:
    return all(mapped & set(some_of) for some_of in NEEDED[kind])


def _is_counted(rows: list[list], place: int) -> bool:
    return counts_rows(_cell(cells, place) for cells in rows)


def _cell(cells: list, place: int):
    return cells[place] if place < len(cells) else ""


def _strange(run: ImportRun, guessed: dict[str, str], place: int, rows: list[list]) -> str:
    """Why these numbers are not ours: none of them is, or none where the name beside it fits."""
    name = guessed[str(place)]
    if name not in NUMBERS[run.kind]:
        return ""
    model, beside = NUMBERS[run.kind][name]
    numbered = [(text, cells) for cells in rows for text in readable([_cell(cells, place)]) if not is_nothing(text)]
    here = _names_of(model, {text for text, _cells in numbered})
    if numbered and not here:
        return "sales" if model is Sale else "relations" if run.kind == Kind.RELATIONS else "none"
    own = comparable(run.columns[place]) in fields_of(run.kind)[name].own()
    counted = _is_counted(rows, place)
    places = {field: int(other) for other, field in guessed.items() if field in beside}
    if model is Sale and "subject" in places and (not own or counted):
        places = {"subject": places["subject"]}
    named = [(names, here.get(fold(text), set())) for text, cells in numbered if (names := _names_in(cells, places))]
    if not named:  # a prefix of ours is no accident
        return "" if own or not all(text.isdigit() for text, _cells in numbered) else "alone"
    if any(names & ours for names, ours in named) or (own and not counted):
        return ""
    return "counted" if counted else "others"


def _names_of(model: type, numbers: set[str]) -> dict[str, set[str]]:
    """What the records with these numbers are called, comparable."""
    if model is Sale:
        sales = Sale.objects.filter(pk__in={int(text) for text in numbers if is_id(text)})
        names = sales.values_list("pk", "subject", "customer__name")
    else:
        wanted = numbers | {text.upper() for text in numbers}
        names = Relation.objects.filter(number__in=wanted).exclude(number="").values_list("number", "name")
    return {fold(str(number)): {_comparable(name) for name in some} for number, *some in names}


def _names_in(cells: list, places: dict[str, int]) -> set[str]:
    """What a row is called by the cells at these places, comparable: every name, and the parts of one together."""
    texts = {name: " ".join(readable([_cell(cells, place)])) for name, place in places.items()}
    parts = " ".join(filter(None, (texts.pop(part, "") for part in PARTS)))
    return {_comparable(text) for text in [*texts.values(), parts] if text}


def _comparable(name: str) -> str:
    return name_key("organization", name)


def left_alone(run: ImportRun) -> dict[int, str]:
    """Why nothing is proposed for a column, by its place."""
    left = {int(place): reason for place, reason in run.options.get("left", {}).items() if place not in run.mapping}
    return {place: _probability() if reason == "probability" else str(WHY[reason]) for place, reason in left.items()}


def _probability() -> str:
    if SalesSettings.current().own_probability:
        return gettext("This is the probability, which follows the phase. Choose it to keep it as set by hand.")
    return gettext("This is the probability, which follows the phase here. An administrator can change that.")


def unused(run: ImportRun) -> list[tuple[str, str]]:
    """The columns that hold something and are not imported, each with the reason where there is one."""
    why = left_alone(run)
    places = [place for place in run.options.get("filled", []) if str(place) not in run.mapping]
    return [(run.columns[place] or gettext("Column %(number)d") % {"number": place + 1}, why.get(place, ""))
            for place in places]  # fmt: skip


def remembered(run: ImportRun) -> ImportRun | None:
    """The last run of the same kind and columns that got as far as a mapping somebody agreed to."""
    runs = ImportRun.objects.filter(kind=run.kind, columns=run.columns).exclude(pk=run.pk)
    return runs.exclude(status=ImportRun.Status.UPLOADED).order_by("-pk").first()


def samples_of(run: ImportRun, rows: Iterable[list], count: int) -> list[list]:
    """The first cells of every column that hold something, at most `count` different ones."""
    samples: list[dict] = [{} for _column in run.columns]
    for cells in rows:
        for place, cell in enumerate(cells[: len(samples)]):
            if cell != "" and len(samples[place]) < count:
                samples[place][cell] = None
    return [list(cells) for cells in samples]


def first_rows(run: ImportRun) -> Iterable[list]:
    """The cells of the rows that samples are taken from."""
    return run.rows.order_by("line").values_list("cells", flat=True)[:SAMPLES]
