from django.contrib.postgres.indexes import GinIndex
from django.db import migrations

from salescrm.migrations._words import words


class Migration(migrations.Migration):
    dependencies = [("sales", "0017_type_of_competitors")]
    operations = [
        migrations.AddIndex("sale", GinIndex(words("note"), name="sale_own_note")),
        migrations.AddIndex("salenote", GinIndex(words("text"), name="sale_note_words")),
    ]
