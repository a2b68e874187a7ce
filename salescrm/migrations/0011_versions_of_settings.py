from django.conf import settings
from django.db import migrations, models


def versioned(model):
    who = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+")
    return [
        migrations.AddField(model, "version", models.PositiveIntegerField(default=1, editable=False)),
        migrations.AddField(model, "updated_by", who),
    ]


class Migration(migrations.Migration):
    """Users, teams and our own company have a version (rule 6)."""

    dependencies = [
        ("salescrm", "0010_team_names_are_unique"),
    ]
    operations = [
        *versioned("user"),
        *versioned("team"),
        *versioned("organisation"),
    ]
