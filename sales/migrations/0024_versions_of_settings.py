from django.conf import settings
from django.db import migrations, models


def versioned(model):
    who = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+")
    return [
        migrations.AddField(model, "version", models.PositiveIntegerField(default=1, editable=False)),
        migrations.AddField(model, "updated_by", who),
    ]


class Migration(migrations.Migration):
    """The switches and the rows of the lists have a version (rule 6)."""

    dependencies = [
        ("sales", "0023_kept_of_import_rows_to_remainder"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        *versioned("salessettings"),
        *versioned("phase"),
        *versioned("acceptreason"),
        *versioned("lossreason"),
        *versioned("source"),
    ]
