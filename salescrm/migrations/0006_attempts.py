from django.db import migrations, models


class Migration(migrations.Migration):
    """How often somebody tried: to log in, with an old password, for a mail with a link."""

    dependencies = [("salescrm", "0004_folding")]
    operations = [
        migrations.CreateModel(
            "Attempts",
            [
                ("key", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("until", models.DateTimeField(db_index=True)),
            ],
            {"verbose_name": "attempts", "verbose_name_plural": "attempts"},
        )
    ]
