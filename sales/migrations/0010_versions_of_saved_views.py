from django.conf import settings
from django.db import migrations, models
from django.utils import timezone

BY = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+")


class Migration(migrations.Migration):
    """Saved views have a version: who changes one that somebody changed meanwhile is told."""

    dependencies = [("sales", "0009_words"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]
    operations = [
        migrations.AddField("savedview", "version", models.PositiveIntegerField(default=1, editable=False)),
        migrations.AddField("savedview", "create_token", models.UUIDField(null=True, unique=True, editable=False)),
        migrations.AddField(
            "savedview", "created_at", models.DateTimeField(auto_now_add=True, default=timezone.now), False
        ),
        migrations.AddField("savedview", "updated_at", models.DateTimeField(auto_now=True)),
        migrations.AddField("savedview", "updated_by", BY),
    ]
