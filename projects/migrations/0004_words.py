from django.contrib.postgres.indexes import GinIndex
from django.db import migrations

from salescrm.migrations._folding import folded


class Migration(migrations.Migration):
    dependencies = [("projects", "0003_customer_is_kept")]
    operations = [migrations.AddIndex("project", GinIndex(folded("number", "name"), name="project_words"))]
