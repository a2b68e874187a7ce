from django.db import migrations

TABLES = ("axes_accessattemptexpiration", "axes_accessattempt", "axes_accessfailurelog", "axes_accesslog")


class Migration(migrations.Migration):
    """Django-axes counted attempts before: who tried what from where stays in no table nobody sweeps any more.

    Its migrations are forgotten too, so that an older version of the program makes its tables anew.
    """

    dependencies = [("salescrm", "0006_attempts")]
    operations = [
        migrations.RunSQL(
            [
                *(f"DROP TABLE IF EXISTS {table}" for table in TABLES),
                "DELETE FROM django_migrations WHERE app = 'axes'",
            ],
            migrations.RunSQL.noop,
        )
    ]
