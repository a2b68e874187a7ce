from django.db import migrations, models
from django.db.models.functions import Upper


class Migration(migrations.Migration):
    dependencies = [("relations", "0003_notes_and_merging")]
    operations = [
        migrations.AddIndex(model_name="relation", index=models.Index(Upper("email"), name="relation_email")),
        migrations.AlterField(
            model_name="relation",
            name="former_numbers",
            field=models.TextField(db_default="", default="", editable=False, verbose_name="former numbers"),
        ),
    ]
