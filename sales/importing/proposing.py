"""What is proposed for the columns of a file: as the last time, else a guess; and why a column is left alone."""

from django.utils.translation import gettext as _

from relations.models import Relation
from sales.importing.cells import readable
from sales.importing.columns import guess, guess_reading
from sales.importing.fields import FIELDS, NEEDED, fields_of, fitting_keys
from sales.importing.runs import ImportRun
from sales.models import Sale, SalesSettings
from salescrm.models import User
from salescrm.url_words import is_id

SAMPLES = 200
Kind = ImportRun.Kind
# Numbers we give ourselves: those of another system recognise nothing here.
NUMBERS = {
    Kind.RELATIONS: {"number": Relation},
    Kind.CONTACTS: {"organization_number": Relation, "number": Relation},
    Kind.SALES: {"number": Sale, "customer_number": Relation},
}


def propose(run: ImportRun, by: User) -> None:
    """The mapping of the last run with these columns, else a guess from headings and the first rows."""
    last = remembered(run)
    if last is not None:
        run.mapping, run.key = last.mapping, last.key
        forget = {"digest", "rows", "again", "to_do", "dealt", "told", "unknown"}
        run.options |= {name: value for name, value in last.options.items() if name not in forget}
    else:
        samples = samples_of(run, SAMPLES)
        run.mapping = _guessed(run, samples)
        mapped, fields = set(run.mapping.values()), fields_of(run.kind)
        reading = guess_reading({fields[name]: samples[int(place)] for place, name in run.mapping.items()}, by.language)
        run.key = next(iter(fitting_keys(run.kind, mapped)), "")
        creates = _makes_new(run.kind, mapped) or not run.key
        run.options |= {"numbers": reading.numbers, "dates": reading.dates, "create": creates}
    same = ImportRun.objects.filter(options__digest=run.options["digest"], kind=run.kind)
    run.options["again"] = bool(same.filter(status=ImportRun.Status.DONE).exclude(pk=run.pk).exists())
    run.save(update_fields=["mapping", "options", "key"])


def _guessed(run: ImportRun, samples: list[list]) -> dict[str, str]:
    found = guess(run.columns, FIELDS[run.kind])
    if "by_hand" not in found.values():  # a percentage of another system is not one set by hand here
        found = {place: name for place, name in found.items() if name != "probability"}
    ours = {place: name for place, name in found.items() if not _is_strange(run.kind, name, samples[int(place)])}
    return ours if _makes_new(run.kind, set(ours.values())) else found


def _makes_new(kind: str, mapped: set[str]) -> bool:
    return all(mapped & set(some_of) for some_of in NEEDED[kind])


def _is_strange(kind: str, name: str, cells: list) -> bool:
    """Whether these are numbers, and none of them is one of ours."""
    texts = set(readable(cells))
    model = NUMBERS[kind].get(name)
    if model is Relation:
        wanted = texts | {text.upper() for text in texts}
        return bool(texts) and not Relation.objects.filter(number__in=wanted).exclude(number="").exists()
    if model is Sale:
        return bool(texts) and not Sale.objects.filter(pk__in={int(text) for text in texts if is_id(text)}).exists()
    return False


def left_alone(run: ImportRun) -> dict[int, str]:
    """Why nothing is proposed for a column that was recognised, by its place."""
    found = guess(run.columns, FIELDS[run.kind])
    said = {int(place): name for place, name in found.items() if place not in run.mapping}
    said = {place: name for place, name in said.items() if name not in run.mapping.values()}
    samples = samples_of(run, SAMPLES) if set(said.values()) & set(NUMBERS[run.kind]) else []
    strange = {place for place, name in said.items() if samples and _is_strange(run.kind, name, samples[place])}
    left = {place: name for place, name in said.items() if name == "probability" or place in strange}
    return {place: _why(run.kind, name) for place, name in left.items()}


def _why(kind: str, name: str) -> str:
    if name == "probability" and SalesSettings.current().own_probability:
        return _("This is the probability, which follows the phase. Choose it to keep it as set by hand.")
    if name == "probability":
        return _("This is the probability, which follows the phase here. An administrator can change that.")
    if NUMBERS[kind][name] is Sale:
        return _("No sale here has these numbers. As “Reference in another system” they are recognised the next time.")
    if kind == Kind.RELATIONS:
        return _("No relation here has these numbers. New relations get numbers of their own.")
    return _("No relation here has these numbers.")


def remembered(run: ImportRun) -> ImportRun | None:
    """The last run of the same kind and columns that got as far as a mapping somebody agreed to."""
    runs = ImportRun.objects.filter(kind=run.kind, columns=run.columns).exclude(pk=run.pk)
    return runs.exclude(status=ImportRun.Status.UPLOADED).order_by("-pk").first()


def samples_of(run: ImportRun, count: int) -> list[list]:
    """The first cells of every column that hold something, at most `count` different ones."""
    rows = run.rows.order_by("line").values_list("cells", flat=True)[:SAMPLES]
    found: list[dict] = [{} for _column in run.columns]
    for cells in rows:
        for place, cell in enumerate(cells[: len(found)]):
            if cell != "" and len(found[place]) < count:
                found[place][cell] = None
    return [list(cells) for cells in found]
