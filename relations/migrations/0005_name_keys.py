from django.db import migrations

from relations.domains import domain_of
from relations.naming import name_key

BATCH = 2000


def fill(apps, schema_editor):
    Relation = apps.get_model("relations", "Relation")
    rows = Relation.objects.order_by("pk").only("kind", "name", "email", "website")
    batch = []
    for relation in rows.iterator(chunk_size=BATCH):
        relation.name_key = name_key(relation.kind, relation.name)
        relation.domain = domain_of(relation.email, relation.website)
        batch.append(relation)
        if len(batch) == BATCH:
            Relation.objects.bulk_update(batch, ["name_key", "domain"])
            batch = []
    Relation.objects.bulk_update(batch, ["name_key", "domain"])


class Migration(migrations.Migration):
    dependencies = [("relations", "0004_likely_duplicates")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
