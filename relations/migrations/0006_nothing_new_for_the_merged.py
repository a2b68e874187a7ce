from django.db import migrations

# The lock makes whoever writes wait for a merge that is going on; only then is it known whether the relation is kept.
FORWARD = """
CREATE FUNCTION relations_are_kept(VARIADIC asked bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM relations_relation WHERE id = ANY(asked) ORDER BY id FOR KEY SHARE;
    IF EXISTS (SELECT 1 FROM relations_relation WHERE id = ANY(asked) AND merged_into_id IS NOT NULL) THEN
        RAISE EXCEPTION 'a relation that was merged gets nothing new' USING ERRCODE = 'check_violation';
    END IF;
END $$;

CREATE FUNCTION relations_contact_is_of_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM relations_are_kept(NEW.organization_id, NEW.person_id);
    RETURN NEW;
END $$;
CREATE TRIGGER relations_contact_is_of_kept BEFORE INSERT OR UPDATE OF organization_id, person_id ON relations_contact
    FOR EACH ROW EXECUTE FUNCTION relations_contact_is_of_kept();

CREATE FUNCTION relations_note_is_of_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM relations_are_kept(NEW.relation_id);
    RETURN NEW;
END $$;
CREATE TRIGGER relations_note_is_of_kept BEFORE INSERT OR UPDATE OF relation_id ON relations_relationnote
    FOR EACH ROW EXECUTE FUNCTION relations_note_is_of_kept();
"""
BACKWARD = """
DROP TRIGGER relations_note_is_of_kept ON relations_relationnote;
DROP FUNCTION relations_note_is_of_kept();
DROP TRIGGER relations_contact_is_of_kept ON relations_contact;
DROP FUNCTION relations_contact_is_of_kept();
DROP FUNCTION relations_are_kept(bigint[]);
"""


class Migration(migrations.Migration):
    dependencies = [("relations", "0005_name_keys")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
