"""The tokens of create forms are kept in one table."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("projects", "0008_tokens_to_creations")]

    operations = [
        migrations.RemoveField("project", "create_token"),
        migrations.RemoveField("projectnote", "create_token"),
    ]
