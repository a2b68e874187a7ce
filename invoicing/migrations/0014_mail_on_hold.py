from django.db import migrations, models

KINDS = [
    ("created", "Draft created"),
    ("edited", "Draft edited"),
    ("issued", "Issued"),
    ("posted", "Waiting to be sent"),
    ("sent", "Sent"),
    ("failed", "Sending failed"),
    ("unsure", "Sending unsure"),
    ("dropped", "Not to be sent any more"),
    ("on_hold", "Sending on hold"),
]


class Migration(migrations.Migration):
    """The history of an invoice says that a restore put its mail on hold."""

    dependencies = [("invoicing", "0013_mail_of_events")]
    operations = [migrations.AlterField("invoiceevent", "kind", models.CharField(choices=KINDS, max_length=10))]
