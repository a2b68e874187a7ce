from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import migrations, models

from salescrm.migrations._folding import folded


def search(expression):
    return models.GeneratedField(expression=expression, output_field=SearchVectorField(), db_persist=True)


class Migration(migrations.Migration):
    """A sale is found without accents, and by each word of "roof/facade": the parser takes that for a file name."""

    dependencies = [("sales", "0008_customer_is_kept")]
    operations = [
        migrations.RemoveIndex("sale", "sale_search"),
        migrations.RemoveField("sale", "search"),
        migrations.AddField("sale", "search", search(folded("subject", "external_reference"))),
        migrations.AddIndex("sale", GinIndex(fields=["search"], name="sale_search")),
    ]
