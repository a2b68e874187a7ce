from django.contrib.postgres.indexes import GinIndex
from django.db import migrations

from salescrm.migrations._words import words


class Migration(migrations.Migration):
    dependencies = [("invoicing", "0008_unit_prices"), ("salescrm", "0004_folding")]
    operations = [
        migrations.RemoveIndex("invoice", "invoice_words"),
        migrations.AddIndex("invoice", GinIndex(words("number", "subject", "reference"), name="invoice_words")),
    ]
