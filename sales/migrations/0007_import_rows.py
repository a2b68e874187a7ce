
import django.core.serializers.json
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("sales", "0006_days_in_phase"),
    ]

    operations = [
        migrations.AddField(
            model_name="importrow",
            name="key",
            field=models.CharField(blank=True, max_length=250),
        ),
        migrations.AddField(
            model_name="importrow",
            name="made",
            field=models.JSONField(null=True),
        ),
        migrations.AddField(
            model_name="importrow",
            name="version",
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="importrun",
            name="position",
            field=models.PositiveIntegerField(default=0, editable=False),
        ),
        migrations.AlterField(
            model_name="importrow",
            name="after",
            field=models.JSONField(encoder=django.core.serializers.json.DjangoJSONEncoder, null=True),
        ),
        migrations.AlterField(
            model_name="importrow",
            name="before",
            field=models.JSONField(encoder=django.core.serializers.json.DjangoJSONEncoder, null=True),
        ),
        migrations.AlterField(
            model_name="importrow",
            name="verdict",
            field=models.CharField(
                blank=True,
                choices=[
                    ("create", "create"),
                    ("update", "update"),
                    ("unchanged", "unchanged"),
                    ("refused", "refused"),
                ],
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="importrun",
            name="status",
            field=models.CharField(
                choices=[
                    ("uploaded", "uploaded"),
                    ("checking", "being checked"),
                    ("planned", "ready to start"),
                    ("running", "running"),
                    ("done", "done"),
                    ("undoing", "being undone"),
                    ("undone", "undone"),
                ],
                default="uploaded",
                editable=False,
                max_length=10,
                verbose_name="status",
            ),
        ),
        migrations.AddIndex(
            model_name="importrow",
            index=models.Index(
                condition=models.Q(("key", ""), _negated=True), fields=["run", "key"], name="import_row_key"
            ),
        ),
        migrations.AddIndex(
            model_name="importrow",
            index=models.Index(
                condition=models.Q(("target__isnull", False)), fields=["run", "target"], name="import_row_target"
            ),
        ),
    ]
