from django.db import migrations

from salescrm.migrations._prices import four_decimals


class Migration(migrations.Migration):
    dependencies = [("invoicing", "0007_dated_first")]
    operations = four_decimals("invoiceline")
