-- The books and what was sent to families are append-only: the database itself refuses.
CREATE FUNCTION "paiement_append_only"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END
$$;

CREATE TRIGGER "paiement_entry_kept_as_written" BEFORE UPDATE ON "paiement_entry"
FOR EACH ROW EXECUTE FUNCTION "paiement_append_only"();

CREATE TRIGGER "paiement_entry_kept" BEFORE DELETE ON "paiement_entry"
FOR EACH ROW EXECUTE FUNCTION "paiement_append_only"();

CREATE TRIGGER "paiement_entry_never_emptied" BEFORE TRUNCATE ON "paiement_entry"
FOR EACH STATEMENT EXECUTE FUNCTION "paiement_append_only"();

CREATE TRIGGER "paiement_posting_kept_as_written" BEFORE UPDATE ON "paiement_posting"
FOR EACH ROW EXECUTE FUNCTION "paiement_append_only"();

CREATE TRIGGER "paiement_posting_kept" BEFORE DELETE ON "paiement_posting"
FOR EACH ROW EXECUTE FUNCTION "paiement_append_only"();

CREATE TRIGGER "paiement_posting_never_emptied" BEFORE TRUNCATE ON "paiement_posting"
FOR EACH STATEMENT EXECUTE FUNCTION "paiement_append_only"();

CREATE TRIGGER "paiement_invoice_kept_as_written" BEFORE UPDATE OF "kind", "regie", "year", "number", "payer", "corrects", "issued_on", "due_on", "cents", "recipient", "terms" ON "paiement_invoice"
FOR EACH ROW EXECUTE FUNCTION "paiement_append_only"();

CREATE TRIGGER "paiement_invoice_kept" BEFORE DELETE ON "paiement_invoice"
FOR EACH ROW EXECUTE FUNCTION "paiement_append_only"();

CREATE TRIGGER "paiement_invoice_never_emptied" BEFORE TRUNCATE ON "paiement_invoice"
FOR EACH STATEMENT EXECUTE FUNCTION "paiement_append_only"();

CREATE TRIGGER "paiement_line_kept_as_written" BEFORE UPDATE OF "invoice", "place", "key", "child_name", "day", "label", "kind", "quantity", "unit_cents", "cents", "tax_care", "basis" ON "paiement_line"
FOR EACH ROW EXECUTE FUNCTION "paiement_append_only"();

CREATE TRIGGER "paiement_line_kept" BEFORE DELETE ON "paiement_line"
FOR EACH ROW EXECUTE FUNCTION "paiement_append_only"();

CREATE TRIGGER "paiement_line_never_emptied" BEFORE TRUNCATE ON "paiement_line"
FOR EACH STATEMENT EXECUTE FUNCTION "paiement_append_only"();
