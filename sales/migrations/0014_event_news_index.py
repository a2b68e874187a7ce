from django.db import migrations, models
from django.db.models import F


class Migration(migrations.Migration):
    dependencies = [("sales", "0013_unit_prices")]
    operations = [
        migrations.AddIndex(
            model_name="saleevent",
            index=models.Index(
                F("at").desc(),
                F("id").desc(),
                condition=models.Q(("kind__in", ["created", "moved", "undone", "accepted", "lost", "reopened"])),
                name="event_news",
            ),
        )
    ]
