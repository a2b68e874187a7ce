import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("sales", "0015_words_folded_once"),
    ]
    operations = [
        migrations.AddField(
            model_name="sale",
            name="loss_explanation",
            field=models.TextField(
                blank=True, db_default="", default="", editable=False, max_length=2000,
                verbose_name="explanation of the loss",
            ),
        ),
        migrations.AddConstraint(
            model_name="sale",
            constraint=models.CheckConstraint(
                condition=models.Q(("loss_explanation", ""), ("status", "lost"), _connector="OR"),
                name="sale_loss_is_explained_only_when_lost",
                violation_error_message="Only a lost sale has an explanation of the loss.",
            ),
        ),
        migrations.AddField(
            model_name="salessettings",
            name="competitor_type",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+",
                to="relations.relationtype", verbose_name="relation type of a new competitor",
            ),
        ),
    ]  # fmt: skip
