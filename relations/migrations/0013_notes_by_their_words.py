from django.contrib.postgres.indexes import GinIndex
from django.db import migrations

from salescrm.migrations._words import words


class Migration(migrations.Migration):
    dependencies = [("relations", "0012_keys_folded_once")]
    operations = [
        migrations.AddIndex("relation", GinIndex(words("note"), name="relation_own_note")),
        migrations.AddIndex("relationnote", GinIndex(words("text"), name="relation_note_words")),
    ]
