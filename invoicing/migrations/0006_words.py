from django.contrib.postgres.indexes import GinIndex
from django.db import migrations

from salescrm.migrations._folding import folded


class Migration(migrations.Migration):
    dependencies = [("invoicing", "0005_customers_that_are_merged")]
    operations = [
        migrations.AddIndex("invoice", GinIndex(folded("number", "subject", "reference"), name="invoice_words"))
    ]
