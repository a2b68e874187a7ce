from django.db import migrations

from salescrm.migrations._prices import four_decimals


class Migration(migrations.Migration):
    dependencies = [("sales", "0012_days_open_only")]
    operations = four_decimals("saleline")
