from django.db import migrations

FORWARD = """
CREATE FUNCTION sales_saleevent_is_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'events of a sale are never changed or deleted' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER sales_saleevent_is_history BEFORE UPDATE OR DELETE ON sales_saleevent
    FOR EACH ROW EXECUTE FUNCTION sales_saleevent_is_history();
"""
BACKWARD = """
DROP TRIGGER sales_saleevent_is_history ON sales_saleevent;
DROP FUNCTION sales_saleevent_is_history();
"""


class Migration(migrations.Migration):
    dependencies = [("sales", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
