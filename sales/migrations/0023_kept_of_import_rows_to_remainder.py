from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("sales", "0022_without_tokens_of_creations")]

    operations = [migrations.RenameField("importrow", "kept", "remainder")]
