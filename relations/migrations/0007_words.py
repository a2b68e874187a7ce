from django.contrib.postgres.indexes import GinIndex
from django.db import migrations

from salescrm.migrations._folding import folded


class Migration(migrations.Migration):
    dependencies = [("relations", "0006_nothing_new_for_the_merged")]
    operations = [
        migrations.AddIndex("contact", GinIndex(folded("function", "email", digits=("phone",)), name="contact_words"))
    ]
