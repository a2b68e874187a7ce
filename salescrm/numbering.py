"""Numbers of relations, projects and invoices: a pattern per kind, one locked counter per kind and year (rule 22)."""

import re
from collections.abc import Callable, Iterator
from datetime import date

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

LONGEST = 30  # characters of a number
YEARS = 5  # that are tried for a number typed without its year
PIECE = re.compile(r"\{(year|seq)(?::0([1-9]))?\}")


def validate_pattern(pattern: str) -> None:
    """Refuse a pattern without `{seq}` or with braces that mean nothing."""
    pieces = [match.group(1) for match in PIECE.finditer(pattern)]
    if pieces.count("seq") != 1 or "{" in PIECE.sub("", pattern) or "}" in PIECE.sub("", pattern):
        raise ValidationError(
            _("A pattern holds {seq} or {seq:04} once, and may hold {year}. Example: {year}-{seq:04}."), code="pattern"
        )
    if len(render(pattern, 9999, 999_999)) > LONGEST:
        raise ValidationError(_("Numbers by this pattern are too long."), code="long")


class NumberSeries(models.Model):
    """How the numbers of one kind of record look."""

    class Kind(models.TextChoices):
        RELATION = "relation", _("relations")
        PROJECT = "project", _("projects")
        INVOICE = "invoice", _("invoices")

    kind = models.CharField(_("kind"), max_length=20, choices=Kind, unique=True)
    pattern = models.CharField(_("pattern"), max_length=50, validators=[validate_pattern])
    is_active = models.BooleanField(_("give numbers"), default=True)

    class Meta:
        verbose_name = _("number pattern")
        verbose_name_plural = _("number patterns")
        ordering = ["kind"]

    def __str__(self) -> str:
        return f"{self.kind}: {self.pattern}"

    def example(self, on: date) -> str:
        """What the first number of the year of `on` looks like."""
        return render(self.pattern, on.year, 1)


class Counter(models.Model):
    """The last number given out for a kind in a year (year 0 when the pattern holds no year)."""

    kind = models.CharField(max_length=20, choices=NumberSeries.Kind)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("counter")
        verbose_name_plural = _("counters")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "year"],
                name="counter_is_one_row_per_kind_and_year",
                violation_error_message=_("There is one counter per kind and year."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.year}: {self.last}"


def render(pattern: str, year: int, sequence: int) -> str:
    """Fill a pattern: `render("{year}-{seq:04}", 2026, 7)` is "2026-0007"."""
    values = {"year": year, "seq": sequence}
    return PIECE.sub(lambda match: str(values[match.group(1)]).zfill(int(match.group(2) or 0)), pattern)


def meant(text: str, *, on: date) -> set[str]:
    """The numbers that somebody may mean by a text: P2026-0012 by "12", "p12", "2026-12" or "P 2026 0012".

    Without a year those of the last years. One statement, none for a text that cannot be a number.
    """
    typed = "".join(filter(str.isalnum, text)).upper()
    if not typed.isascii() or not any(map(str.isdigit, typed)) or len(typed) > LONGEST:
        return set()
    patterns = NumberSeries.objects.order_by().values_list("pattern", flat=True)
    return {number for pattern in patterns for number in _readings(pattern, typed, on.year)}


def _readings(pattern: str, typed: str, this_year: int) -> Iterator[str]:
    """Every way to read what was typed by a pattern; what stands around year and sequence may be left out."""
    pieces = PIECE.split(pattern)  # texts, each but the last followed by the name of a value and its digits
    for year in (r"(?P<year>\d{4})", ""):
        values = {"year": year, "seq": r"0*(?P<seq>\d{1,9})"}
        again = r"(?P=year)" if year else ""  # a pattern may hold the year more than once
        texts = ["".join(filter(str.isalnum, piece)).upper() for piece in pieces[::3]]
        names = pieces[1::3]
        groups = [again if name == "year" in names[:place] else values[name] for place, name in enumerate(names)]
        parts = zip(texts, [*groups, ""], strict=True)
        match = re.fullmatch("".join(f"(?:{re.escape(text)})?{value}" for text, value in parts), typed)
        if match and year and "{year" in pattern:
            yield render(pattern, int(match["year"]), int(match["seq"]))
        elif match and not year:
            yield from (render(pattern, this_year - back, int(match["seq"])) for back in range(YEARS))


def next_number(kind: str, *, on: date, taken: Callable[[str], bool] = lambda number: False) -> str:
    """The next number of this kind for a record of day `on`; empty when the kind is not numbered.

    Numbers that are `taken` already are passed over: another pattern may lead to the same ones again.

    Must run inside the transaction that stores the record: the counter row stays locked until it ends, and a
    rollback gives the number back, so there are no holes and no doubles (rule 22).
    """
    series = NumberSeries.objects.filter(kind=kind, is_active=True).first()
    if series is None:
        return ""
    year = on.year if "{year" in series.pattern else 0
    with transaction.atomic(savepoint=False):  # what goes wrong here takes back the record too
        Counter.objects.get_or_create(kind=kind, year=year)
        counter = Counter.objects.select_for_update().get(kind=kind, year=year)
        counter.last += 1
        while taken(number := render(series.pattern, on.year, counter.last)):
            counter.last += 1
        counter.save(update_fields=["last"])
    return number
