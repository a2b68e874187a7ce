from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.db import migrations, models
from django.db.models import F, Func, Value

ACCENTED = (
    "ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝÞàáâãäåçèéêëìíîïñòóôõöùúûüýÿĀāĂăĄąĆćĈĉĊċČčĎďĐĒēĔĕĖė"
    "ĘęĚěĜĝĞğĠġĢģĤĥĦĨĩĪīĬĭĮįİĴĵĶķĹĺĻļĽľŁŃńŅņŇňŊŌōŎŏŐőŒŔŕŖŗŘřŚśŜŝŞşŠšŢţŤťŦŨũŪūŬŭŮůŰűŲųŴŵŶŷŸŹźŻżŽž"
)
BARE = (
    "aaaaaaæceeeeiiiiðnoooooøuuuuyþaaaaaaceeeeiiiinooooouuuuyyaaaaaaccccccccddđeeeeee"
    "eeeegggggggghhħiiiiiiiiijjkkllllllłnnnnnnŋooooooœrrrrrrssssssssttttŧuuuuuuuuuuuuwwyyyzzzzzz"
)
BETWEEN = "!\"#$&'()*+,-./:;<=>?@[\\]^_`{|}~“”‘’–—…·•€«»"


def folded(*columns):
    """A copy of salescrm.words.folded as it was."""
    plain = [
        Func(
            F(column), Value(ACCENTED + BETWEEN), Value(BARE + " " * len(BETWEEN)),
            function="translate", output_field=models.TextField(),
        )
        for column in columns
    ]
    return SearchVector(*plain, config="simple")


class Migration(migrations.Migration):
    dependencies = [("projects", "0003_customer_is_kept")]
    operations = [migrations.AddIndex("project", GinIndex(folded("number", "name"), name="project_words"))]
