"""The folding of words as migrations built indexes with it: a copy of salescrm.words that stays as it was."""

from django.contrib.postgres.search import SearchVector
from django.db.models import F, Func, TextField, Value

ACCENTED = (
    "ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝÞàáâãäåçèéêëìíîïñòóôõöùúûüýÿĀāĂăĄąĆćĈĉĊċČčĎďĐĒēĔĕĖė"
    "ĘęĚěĜĝĞğĠġĢģĤĥĦĨĩĪīĬĭĮįİĴĵĶķĹĺĻļĽľŁŃńŅņŇňŊŌōŎŏŐőŒŔŕŖŗŘřŚśŜŝŞşŠšŢţŤťŦŨũŪūŬŭŮůŰűŲųŴŵŶŷŸŹźŻżŽž"
)
BARE = (
    "aaaaaaæceeeeiiiiðnoooooøuuuuyþaaaaaaceeeeiiiinooooouuuuyyaaaaaaccccccccddđeeeeee"
    "eeeegggggggghhħiiiiiiiiijjkkllllllłnnnnnnŋooooooœrrrrrrssssssssttttŧuuuuuuuuuuuuwwyyyzzzzzz"
)
BETWEEN = "!\"#$&'()*+,-./:;<=>?@[\\]^_`{|}~“”‘’–—…·•€«»"


def folded(*columns, digits=()):
    plain = [
        Func(
            F(column), Value(ACCENTED + BETWEEN), Value(BARE + " " * len(BETWEEN)),
            function="translate", output_field=TextField(),
        )
        for column in columns
    ]
    figures = [
        Func(F(column), Value("[^0-9]"), Value(""), Value("g"), function="regexp_replace", output_field=TextField())
        for column in digits
    ]
    return SearchVector(*plain, *figures, config="simple")
