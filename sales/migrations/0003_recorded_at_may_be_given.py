import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sales", "0002_events_never_change")]
    operations = [
        migrations.AlterField(
            model_name="saleevent",
            name="recorded_at",
            field=models.DateTimeField(
                default=django.utils.timezone.now, editable=False, verbose_name="when it was recorded"
            ),
        )
    ]
