from django.conf import settings
from django.db import migrations, models


def versioned(model):
    who = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+")
    return [
        migrations.AddField(model, "version", models.PositiveIntegerField(default=1, editable=False)),
        migrations.AddField(model, "updated_by", who),
    ]


class Migration(migrations.Migration):
    """A VAT rate has a version, as the rows of all lists (rule 6)."""

    dependencies = [
        ("invoicing", "0011_without_tokens_of_creations"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        *versioned("vatrate"),
    ]
