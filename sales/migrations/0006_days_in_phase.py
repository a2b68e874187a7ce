from django.db import migrations

FORWARD = """
UPDATE sales_sale SET phase_since = COALESCE((
    SELECT here.at FROM sales_saleevent here
    WHERE here.sale_id = sales_sale.id AND here.sequence > COALESCE((
        SELECT away.sequence FROM sales_saleevent away
        WHERE away.sale_id = sales_sale.id AND (away.phase_id <> sales_sale.phase_id OR away.status <> 'open')
        AND NOT EXISTS (
            SELECT FROM sales_saleevent undone
            WHERE undone.sale_id = away.sale_id AND undone.sequence = away.sequence + 1 AND undone.kind = 'undone'
        )
        ORDER BY away.sequence DESC LIMIT 1
    ), 0)
    ORDER BY here.sequence LIMIT 1
), created_at)
"""


class Migration(migrations.Migration):
    dependencies = [("sales", "0005_sales_desk")]
    operations = [migrations.RunSQL(FORWARD, migrations.RunSQL.noop)]
