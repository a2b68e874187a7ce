from django.db import migrations, models

class Migration(migrations.Migration):
    """Who charges no VAT says why on the invoice, instead of a VAT number (rule 22)."""

    dependencies = [("salescrm", "0007_attempts_of_axes")]
    operations = [
        migrations.AddField(
            "organisation",
            "vat_exemption",
            models.CharField(
                "VAT exemption",
                max_length=10,
                blank=True,
                choices=[
                    ("small", "small businesses scheme (KOR)"),
                    ("activities", "exempt activities (article 11)"),
                ],
            ),
        )
    ]
