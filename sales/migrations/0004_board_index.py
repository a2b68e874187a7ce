from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sales", "0003_recorded_at_may_be_given")]
    operations = [
        migrations.AddIndex(
            model_name="sale",
            index=models.Index(
                condition=models.Q(("status", "open")), fields=["phase", "next_step_on", "id"], name="sale_board"
            ),
        )
    ]
