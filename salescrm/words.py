"""The words of a text as the database keeps them for searching: folded as `relations.naming.fold` folds a query."""

from functools import cache

from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import DEFAULT_DB_ALIAS
from django.db.models import Expression, F, Func, TextField, Value
from django.db.models.sql import Query

# Letters without their accents, and the punctuation that stands between words. Migrations have a copy of their own.
ACCENTED = (
    "ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝÞàáâãäåçèéêëìíîïñòóôõöùúûüýÿĀāĂăĄąĆćĈĉĊċČčĎďĐĒēĔĕĖė"
    "ĘęĚěĜĝĞğĠġĢģĤĥĦĨĩĪīĬĭĮįİĴĵĶķĹĺĻļĽľŁŃńŅņŇňŊŌōŎŏŐőŒŔŕŖŗŘřŚśŜŝŞşŠšŢţŤťŦŨũŪūŬŭŮůŰűŲųŴŵŶŷŸŹźŻżŽž"
)
BARE = (
    "aaaaaaæceeeeiiiiðnoooooøuuuuyþaaaaaaceeeeiiiinooooouuuuyyaaaaaaccccccccddđeeeeee"
    "eeeegggggggghhħiiiiiiiiijjkkllllllłnnnnnnŋooooooœrrrrrrssssssssttttŧuuuuuuuuuuuuwwyyyzzzzzz"
)
BETWEEN = "!\"#$&'()*+,-./:;<=>?@[\\]^_`{|}~“”‘’–—…·•€«»"


def folded(*columns: str, digits: tuple[str, ...] = ()) -> SearchVector:
    """The folded words of these columns, for an index or a generated column and for the queries that use it.

    Of the columns in `digits` only those, as one number: a phone is written in many ways.
    """
    plain = [
        Func(
            F(column), Value(ACCENTED + BETWEEN), Value(BARE + " " * len(BETWEEN)),
            function="translate", output_field=TextField(),
        )
        for column in columns
    ]  # fmt: skip
    figures = [
        Func(F(column), Value("[^0-9]"), Value(""), Value("g"), function="regexp_replace", output_field=TextField())
        for column in digits
    ]
    return SearchVector(*plain, *figures, config="simple")


class Prepared(Expression):
    """Words of a model's own columns as a query that names them several times wants them: put together only once."""

    output_field = SearchVectorField()

    def __init__(self, words: SearchVector):
        super().__init__()
        self.words, self.alias = words, None

    def resolve_expression(self, query=None, *args, **kwargs):
        clone = self.copy()
        clone.alias = query.get_initial_alias()
        return clone

    def relabeled_clone(self, change_map):
        clone = self.copy()
        clone.alias = change_map.get(self.alias, self.alias)
        return clone

    def as_sql(self, compiler, connection):
        sql, parameters, table = _written(self.words, compiler.query.model)
        quote = compiler.quote_name
        return sql.replace(f"{quote(table)}.", f"{quote(self.alias)}."), parameters


@cache
def _written(words: SearchVector, model) -> tuple[str, list, str]:
    query = Query(model)
    resolved = words.resolve_expression(query)
    return *query.get_compiler(DEFAULT_DB_ALIAS).compile(resolved), model._meta.db_table
