from django.conf import settings
from django.db import migrations, models


def versioned(model):
    who = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+")
    return [
        migrations.AddField(model, "version", models.PositiveIntegerField(default=1, editable=False)),
        migrations.AddField(model, "updated_by", who),
    ]


class Migration(migrations.Migration):
    """A relation type has a version (rule 6)."""

    dependencies = [
        ("relations", "0015_without_tokens_of_creations"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        *versioned("relationtype"),
    ]
