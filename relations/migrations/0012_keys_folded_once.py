from django.db import migrations

from relations.naming import KEY_LENGTH, name_key, person_key
from salescrm.words import fold

BATCH = 2000


def fill(apps, schema_editor):
    """Names that hold more than ASCII may sort and resemble by another key than before."""
    Relation = apps.get_model("relations", "Relation")
    rows = Relation.objects.filter(name__regex="[^\\x01-\\x7f]").order_by("pk")
    rows = rows.only("kind", "name", "first_name", "prefix", "family_name")
    batch = []
    for relation in rows.iterator(chunk_size=BATCH):
        parts = (relation.first_name, relation.prefix, relation.family_name)
        key = person_key(*parts) if relation.kind == "person" else fold(relation.name)
        relation.sort_key, relation.name_key = key[:KEY_LENGTH], name_key(relation.kind, relation.name)
        batch.append(relation)
        if len(batch) == BATCH:
            Relation.objects.bulk_update(batch, ["sort_key", "name_key"])
            batch = []
    Relation.objects.bulk_update(batch, ["sort_key", "name_key"])


class Migration(migrations.Migration):
    dependencies = [("relations", "0011_words_folded_once")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
