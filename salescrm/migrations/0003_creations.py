from django.db import migrations, models


class Migration(migrations.Migration):
    """What the create forms of Settings made, by their token: sent twice, they show the first record."""

    dependencies = [("salescrm", "0002_teams_and_files")]
    operations = [
        migrations.CreateModel(
            "Creation",
            [
                ("token", models.UUIDField(primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=100)),
                ("key", models.BigIntegerField()),
                ("at", models.DateTimeField(auto_now_add=True)),
            ],
            {"verbose_name": "creation", "verbose_name_plural": "creations"},
        )
    ]
