from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("invoicing", "0006_words")]
    operations = [
        migrations.AlterModelOptions(
            name="invoice",
            options={
                "ordering": [models.F("issued_on").desc(nulls_last=True), "-pk"],
                "permissions": [
                    ("change_any_invoice", "Can edit anybody's draft"),
                    ("issue_invoice", "Can issue an invoice"),
                    ("send_invoice", "Can send an invoice"),
                    ("credit_invoice", "Can credit an invoice"),
                    ("export_invoice", "Can export invoices"),
                ],
                "verbose_name": "invoice",
                "verbose_name_plural": "invoices",
            },
        )
    ]
