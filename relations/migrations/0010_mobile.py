from django.db import migrations, models


def mobile(label):
    return models.CharField(blank=True, db_default="", default="", max_length=50, verbose_name=label)


class Migration(migrations.Migration):
    dependencies = [("relations", "0009_told_apart")]
    operations = [
        migrations.AddField("relation", "mobile", mobile("mobile phone")),
        migrations.AddField("contact", "mobile", mobile("work mobile phone")),
    ]
