from django.contrib.postgres.indexes import GinIndex
from django.db import migrations
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("relations", "0007_words")]
    operations = [
        migrations.AddIndex(
            "relation", GinIndex(fields=["search"], name="relation_person_search", condition=Q(kind="person"))
        )
    ]
