"""Sorting days into months inside the database, without casting a day to a moment."""

from collections.abc import Sequence
from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.db.models import DateField, F, Func, IntegerField, Value

from salescrm.calendar import add_months


class Bucket(Func):
    """Between which boundaries a day lies: 0 before the first, len(boundaries) from the last on, null for no day."""

    function = "width_bucket"
    output_field = IntegerField()

    def __init__(self, column: str, boundaries: Sequence[date]) -> None:
        super().__init__(F(column), Value(list(boundaries), output_field=ArrayField(DateField())))


def month_starts(first: date, months: int) -> list[date]:
    """The first days of `months` months and of the one after them."""
    return [add_months(first, number) for number in range(months + 1)]
