from django.db import migrations

FORWARD = """
CREATE FUNCTION projects_project_is_of_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM relations_are_kept(NEW.customer_id);
    RETURN NEW;
END $$;
CREATE TRIGGER projects_project_is_of_kept BEFORE INSERT OR UPDATE OF customer_id ON projects_project
    FOR EACH ROW EXECUTE FUNCTION projects_project_is_of_kept();
"""
BACKWARD = """
DROP TRIGGER projects_project_is_of_kept ON projects_project;
DROP FUNCTION projects_project_is_of_kept();
"""


class Migration(migrations.Migration):
    dependencies = [("projects", "0002_notes"), ("relations", "0006_nothing_new_for_the_merged")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
