"""The tokens of create forms are kept in one table."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("invoicing", "0010_supply")]

    operations = [
        migrations.RemoveField("invoice", "create_token"),
    ]
