from django.db import migrations

# A copy of sales.history.SINCE as it was; only what was closed or undone once can be counted wrong.
FORWARD = """
UPDATE sales_sale SET phase_since = COALESCE((
    WITH told AS (
        SELECT sequence, at, kind, phase_id, lag(phase_id) OVER way AS came_from, lag(status) OVER way AS was,
            (at AT TIME ZONE zone)::date - lag((at AT TIME ZONE zone)::date) OVER way AS days, zone
        FROM sales_saleevent, (SELECT time_zone FROM salescrm_organisation) AS organisation (zone)
        WHERE sale_id = sales_sale.id WINDOW way AS (ORDER BY sequence)
    ), arrival AS (
        SELECT *, lag(kind) OVER way AS kind_before, lag(came_from) OVER way AS from_before,
            lead(kind) OVER way AS kind_after, lead(phase_id) OVER way AS phase_after
        FROM told WHERE phase_id IS DISTINCT FROM came_from WINDOW way AS (ORDER BY sequence)
    ), stay AS (
        SELECT sequence, at, zone FROM arrival
        WHERE (kind = 'undone' AND kind_before = 'moved' AND from_before = phase_id) IS NOT TRUE
            AND (kind = 'moved' AND kind_after = 'undone' AND phase_after = came_from) IS NOT TRUE
        ORDER BY sequence DESC LIMIT 1
    )
    SELECT (stay.at AT TIME ZONE stay.zone + interval '1 day' * COALESCE((
        SELECT sum(told.days) FROM told WHERE told.sequence > stay.sequence AND told.was <> 'open'
    ), 0)) AT TIME ZONE stay.zone FROM stay
), phase_since)
WHERE EXISTS (SELECT FROM sales_saleevent e WHERE e.sale_id = sales_sale.id AND e.kind IN ('reopened', 'undone'))
"""


class Migration(migrations.Migration):
    dependencies = [("sales", "0010_versions_of_saved_views")]
    operations = [migrations.RunSQL(FORWARD, migrations.RunSQL.noop)]
