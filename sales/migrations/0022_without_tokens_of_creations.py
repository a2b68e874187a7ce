"""The tokens of create forms are kept in one table."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("sales", "0021_tokens_to_creations")]

    operations = [
        migrations.RemoveField("sale", "create_token"),
        migrations.RemoveField("salenote", "create_token"),
        migrations.RemoveField("savedview", "create_token"),
        migrations.RemoveField("importrun", "create_token"),
    ]
