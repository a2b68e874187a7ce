"""The tokens of create forms move to where all of them are kept: a form that was sent before still finds its record."""

from django.db import migrations

MODELS = ["sale", "salenote", "importrun"]
MOVE = """
INSERT INTO salescrm_creation (token, kind, key, at)
SELECT create_token, 'sales.{model}', id, created_at FROM sales_{model} WHERE create_token IS NOT NULL
ON CONFLICT DO NOTHING
"""
BACK = """
UPDATE sales_{model} AS record SET create_token = sent.token
FROM salescrm_creation AS sent WHERE sent.kind = 'sales.{model}' AND sent.key = record.id
"""


class Migration(migrations.Migration):
    dependencies = [("sales", "0020_status_in_the_forecast_index"), ("salescrm", "0008_vat_exemption")]

    operations = [migrations.RunSQL(MOVE.format(model=model), BACK.format(model=model)) for model in MODELS]
