from django.db import migrations

from salescrm.migrations._prices import four_decimals


class Migration(migrations.Migration):
    dependencies = [("projects", "0004_words")]
    operations = four_decimals("service")
