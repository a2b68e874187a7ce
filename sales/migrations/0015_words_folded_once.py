from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import migrations, models

from salescrm.migrations._words import words

SEARCH = models.GeneratedField(
    expression=words("subject", "external_reference"), output_field=SearchVectorField(), db_persist=True
)


class Migration(migrations.Migration):
    dependencies = [("sales", "0014_event_news_index"), ("salescrm", "0004_folding")]
    operations = [
        migrations.RemoveIndex("sale", "sale_search"),
        migrations.RemoveField("sale", "search"),
        migrations.AddField("sale", "search", SEARCH),
        migrations.AddIndex("sale", GinIndex(fields=["search"], name="sale_search")),
    ]
