from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("invoicing", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="invoiceevent",
            name="invoice_version",
            field=models.PositiveIntegerField(default=1),
        ),
    ]
