from django.db import migrations

FORWARD = """
CREATE FUNCTION sales_sale_is_of_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM relations_are_kept(NEW.customer_id, NEW.lost_to_id);
    RETURN NEW;
END $$;
CREATE TRIGGER sales_sale_is_of_kept BEFORE INSERT OR UPDATE OF customer_id, lost_to_id ON sales_sale
    FOR EACH ROW EXECUTE FUNCTION sales_sale_is_of_kept();
"""
BACKWARD = """
DROP TRIGGER sales_sale_is_of_kept ON sales_sale;
DROP FUNCTION sales_sale_is_of_kept();
"""


class Migration(migrations.Migration):
    dependencies = [("sales", "0007_import_rows"), ("relations", "0006_nothing_new_for_the_merged")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
