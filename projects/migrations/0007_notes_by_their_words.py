from django.contrib.postgres.indexes import GinIndex
from django.db import migrations

from salescrm.migrations._words import words


class Migration(migrations.Migration):
    dependencies = [("projects", "0006_words_folded_once")]
    operations = [migrations.AddIndex("projectnote", GinIndex(words("text"), name="project_note_words"))]
