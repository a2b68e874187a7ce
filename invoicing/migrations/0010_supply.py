from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    """When it was supplied. Issued invoices have none from before; the trigger keeps theirs as it does the rest."""

    dependencies = [("invoicing", "0009_words_folded_once")]
    operations = [
        migrations.AddField(
            "invoice", "supplied_from", models.DateField("supplied on, or from", null=True, blank=True)
        ),
        migrations.AddField(
            "invoice", "supplied_until", models.DateField("supplied up to and including", null=True, blank=True)
        ),
        migrations.AddConstraint(
            "invoice",
            models.CheckConstraint(
                condition=Q(supplied_until=None)
                | Q(supplied_from__isnull=False, supplied_until__gte=F("supplied_from")),
                name="invoice_supply_ends_after_it_begins",
                violation_error_message="A period of supply ends on or after the day it begins.",
            ),
        ),
    ]
