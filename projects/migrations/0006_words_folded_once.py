from django.contrib.postgres.indexes import GinIndex
from django.db import migrations

from salescrm.migrations._words import words


class Migration(migrations.Migration):
    dependencies = [("projects", "0005_unit_prices"), ("salescrm", "0004_folding")]
    operations = [
        migrations.RemoveIndex("project", "project_words"),
        migrations.AddIndex("project", GinIndex(words("number", "name"), name="project_words")),
    ]
