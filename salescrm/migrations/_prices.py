"""Unit prices of four decimals: what the lines of invoices, projects and sales have in common.

PostgreSQL changes no column that a generated one reads: the amount goes and comes back.
"""

from django.db import migrations, models
from django.db.models import F
from django.db.models.functions import Round

from salescrm.fields import PriceField

AMOUNT = models.GeneratedField(
    expression=Round(F("quantity") * F("unit_price"), precision=2),
    output_field=models.DecimalField(max_digits=16, decimal_places=2),
    db_persist=True,
)


def four_decimals(model: str) -> list:
    return [
        migrations.RemoveField(model, "amount"),
        migrations.AlterField(model, "unit_price", PriceField("unit price")),
        migrations.AddField(model, "amount", AMOUNT.clone()),
    ]
