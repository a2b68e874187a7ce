"""The tokens of create forms are kept in one table."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("relations", "0014_tokens_to_creations")]

    operations = [
        migrations.RemoveField("relation", "create_token"),
        migrations.RemoveField("relationnote", "create_token"),
    ]
