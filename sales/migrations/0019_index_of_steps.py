from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sales", "0018_notes_by_their_words")]
    operations = [
        migrations.AddIndex(
            model_name="sale",
            index=models.Index(
                condition=models.Q(("status", "open"), ("trashed", False)),
                fields=["owner"],
                include=("next_step_on", "expected_end_date", "id", "next_step"),
                name="sale_steps",
            ),
        )
    ]
