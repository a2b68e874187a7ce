from django.db import migrations

FORWARD = """
CREATE FUNCTION invoicing_invoice_is_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free text[] := ARRAY['sent_at', 'version', 'updated_at', 'updated_by_id'];
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - free = to_jsonb(OLD) - free THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'an issued invoice never changes' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER invoicing_invoice_is_fixed BEFORE UPDATE OR DELETE ON invoicing_invoice
    FOR EACH ROW WHEN (OLD.status <> 'draft') EXECUTE FUNCTION invoicing_invoice_is_fixed();

CREATE FUNCTION invoicing_line_is_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM invoicing_invoice WHERE status <> 'draft' AND (
            (TG_OP <> 'INSERT' AND id = OLD.invoice_id) OR (TG_OP <> 'DELETE' AND id = NEW.invoice_id)
        )
    ) THEN
        RAISE EXCEPTION 'the lines of an issued invoice never change' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN COALESCE(NEW, OLD);
END $$;
CREATE TRIGGER invoicing_line_is_fixed BEFORE INSERT OR UPDATE OR DELETE ON invoicing_invoiceline
    FOR EACH ROW EXECUTE FUNCTION invoicing_line_is_fixed();

CREATE FUNCTION invoicing_event_is_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND NOT EXISTS (
        SELECT 1 FROM invoicing_invoice WHERE id = OLD.invoice_id AND status <> 'draft'
    ) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'events of an invoice are never changed' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER invoicing_event_is_history BEFORE UPDATE OR DELETE ON invoicing_invoiceevent
    FOR EACH ROW EXECUTE FUNCTION invoicing_event_is_history();
"""
BACKWARD = """
DROP TRIGGER invoicing_event_is_history ON invoicing_invoiceevent;
DROP FUNCTION invoicing_event_is_history();
DROP TRIGGER invoicing_line_is_fixed ON invoicing_invoiceline;
DROP FUNCTION invoicing_line_is_fixed();
DROP TRIGGER invoicing_invoice_is_fixed ON invoicing_invoice;
DROP FUNCTION invoicing_invoice_is_fixed();
"""


class Migration(migrations.Migration):
    dependencies = [("invoicing", "0002_event_version")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
