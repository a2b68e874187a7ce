from django.db import migrations

# An issued invoice follows its customer when that is merged into another relation; its document stays as it is.
FOLLOW = """
CREATE OR REPLACE FUNCTION invoicing_invoice_is_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free text[] := ARRAY['sent_at', 'version', 'updated_at', 'updated_by_id', 'customer_id', 'contact_id'];
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - free = to_jsonb(OLD) - free AND (
        NEW.customer_id = OLD.customer_id
        OR EXISTS (SELECT 1 FROM relations_relation WHERE id = OLD.customer_id AND merged_into_id = NEW.customer_id)
    ) AND (
        NEW.contact_id IS NOT DISTINCT FROM OLD.contact_id
        OR EXISTS (
            SELECT 1 FROM relations_contact before
            JOIN relations_relation person ON person.id = before.person_id
            JOIN relations_contact after ON after.person_id IN (before.person_id, person.merged_into_id)
            WHERE before.id = OLD.contact_id AND after.id = NEW.contact_id AND after.organization_id = NEW.customer_id
        )
    ) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'an issued invoice never changes' USING ERRCODE = 'restrict_violation';
END $$;
"""
KEEP = """
CREATE OR REPLACE FUNCTION invoicing_invoice_is_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free text[] := ARRAY['sent_at', 'version', 'updated_at', 'updated_by_id'];
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - free = to_jsonb(OLD) - free THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'an issued invoice never changes' USING ERRCODE = 'restrict_violation';
END $$;
"""
GUARD = """
CREATE FUNCTION invoicing_invoice_is_of_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM relations_are_kept(NEW.customer_id);
    RETURN NEW;
END $$;
CREATE TRIGGER invoicing_invoice_is_of_kept BEFORE INSERT OR UPDATE OF customer_id ON invoicing_invoice
    FOR EACH ROW EXECUTE FUNCTION invoicing_invoice_is_of_kept();
"""
UNGUARD = """
DROP TRIGGER invoicing_invoice_is_of_kept ON invoicing_invoice;
DROP FUNCTION invoicing_invoice_is_of_kept();
"""


class Migration(migrations.Migration):
    dependencies = [("invoicing", "0004_export"), ("relations", "0006_nothing_new_for_the_merged")]
    operations = [migrations.RunSQL(FOLLOW, KEEP), migrations.RunSQL(GUARD, UNGUARD)]
