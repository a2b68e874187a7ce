"""The words of a text as the database keeps them for searching: folded as `relations.naming.fold` folds a query."""

from django.contrib.postgres.search import SearchVector
from django.db.models import F, Func, TextField, Value

# Letters without their accents, and the punctuation that stands between words. Migrations hold a copy of both.
ACCENTED = (
    "ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝÞàáâãäåçèéêëìíîïñòóôõöùúûüýÿĀāĂăĄąĆćĈĉĊċČčĎďĐĒēĔĕĖė"
    "ĘęĚěĜĝĞğĠġĢģĤĥĦĨĩĪīĬĭĮįİĴĵĶķĹĺĻļĽľŁŃńŅņŇňŊŌōŎŏŐőŒŔŕŖŗŘřŚśŜŝŞşŠšŢţŤťŦŨũŪūŬŭŮůŰűŲųŴŵŶŷŸŹźŻżŽž"
)
BARE = (
    "aaaaaaæceeeeiiiiðnoooooøuuuuyþaaaaaaceeeeiiiinooooouuuuyyaaaaaaccccccccddđeeeeee"
    "eeeegggggggghhħiiiiiiiiijjkkllllllłnnnnnnŋooooooœrrrrrrssssssssttttŧuuuuuuuuuuuuwwyyyzzzzzz"
)
BETWEEN = "!\"#$&'()*+,-./:;<=>?@[\\]^_`{|}~“”‘’–—…·•€«»"


def folded(*columns: str) -> SearchVector:
    """The folded words of these columns, for an index or a generated column and for the queries that use it."""
    plain = [
        Func(
            F(column), Value(ACCENTED + BETWEEN), Value(BARE + " " * len(BETWEEN)),
            function="translate", output_field=TextField(),
        )
        for column in columns
    ]  # fmt: skip
    return SearchVector(*plain, config="simple")
