import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """An import that is long over has neither rows nor a file any more (what is done at night, CHORES)."""

    dependencies = [("sales", "0024_versions_of_settings")]
    operations = [
        migrations.AddField("importrun", "cleared_at", models.DateTimeField(editable=False, null=True)),
        migrations.AlterField(
            "importrun",
            "file",
            models.OneToOneField(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="import_run",
                to="salescrm.storedfile",
            ),
        ),
    ]
