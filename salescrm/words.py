"""The words of a text as the database keeps them for searching: folded as `relations.naming.fold` folds a query."""

from django.contrib.postgres.search import SearchVector
from django.db.models import F, Func, TextField, Value

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
