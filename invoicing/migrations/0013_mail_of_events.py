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
]


class Migration(migrations.Migration):
    """Invoices go out through the outbox, and the history of an invoice names the mail."""

    dependencies = [("invoicing", "0012_versions_of_rates"), ("mail", "0001_outbox")]
    operations = [
        migrations.AddField(
            "invoiceevent",
            "mail",
            models.ForeignKey("mail.outgoingmail", models.PROTECT, null=True, related_name="+"),
        ),
        migrations.AlterField("invoiceevent", "kind", models.CharField(choices=KINDS, max_length=10)),
    ]
