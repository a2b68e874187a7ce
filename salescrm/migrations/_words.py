"""The words of columns as migrations built indexes with them: a copy of salescrm.words.folded that stays as it was."""

from django.contrib.postgres.search import SearchVectorField
from django.db.models import F, Func, TextField, Value
from django.db.models.functions import Concat


def joined(columns):
    if len(columns) < 2:
        return F(columns[0]) if columns else Value("", output_field=TextField())
    parts = [F(column) if isinstance(column, str) else column for column in columns]
    between = [part for column in parts for part in (Value(", "), column)]
    return Concat(*between[1:], output_field=TextField())


def words(*columns, phones=()):
    return Func(joined(columns), joined(phones), function="salescrm_words", output_field=SearchVectorField())
