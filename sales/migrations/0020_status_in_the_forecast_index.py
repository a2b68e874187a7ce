from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sales", "0019_index_of_steps")]
    operations = [
        migrations.RemoveIndex("sale", "sale_forecast"),
        migrations.AddIndex(
            "sale",
            models.Index(
                fields=["expected_end_date"],
                include=["weighted_revenue", "expected_revenue", "phase", "owner", "source", "customer", "status"],
                condition=models.Q(status="open", trashed=False),
                name="sale_forecast",
            ),
        ),
    ]
