from django.db import migrations, models
from django.db.models.functions import Lower


class Migration(migrations.Migration):
    """The name of a team is unique whatever its capitals."""

    dependencies = [("salescrm", "0009_team_names")]
    operations = [
        migrations.AlterField("team", "name", models.CharField("name", max_length=100)),
        migrations.AddConstraint(
            "team",
            models.UniqueConstraint(
                Lower("name"),
                name="team_name_is_unique",
                violation_error_message="There is already a team with this name.",
            ),
        ),
    ]
