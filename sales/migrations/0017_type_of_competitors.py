from django.db import migrations

# The row a fresh installation began with, as long as nobody has given it another name.
FORWARD = """
UPDATE sales_salessettings SET competitor_type_id = (
    SELECT id FROM relations_relationtype WHERE name IN ('Concurrent', 'Competitor') AND is_active ORDER BY position LIMIT 1
)
"""


class Migration(migrations.Migration):
    dependencies = [("sales", "0016_explanations_of_losses")]
    operations = [migrations.RunSQL(FORWARD, migrations.RunSQL.noop)]
