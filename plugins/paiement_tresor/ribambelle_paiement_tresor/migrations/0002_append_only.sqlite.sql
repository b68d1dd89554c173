-- The books and what was sent to families are append-only: the database itself refuses.
CREATE TRIGGER "paiement_entry_kept_as_written" BEFORE UPDATE ON "paiement_entry" BEGIN
  SELECT RAISE(ABORT, 'paiement_entry is append-only');
END;

CREATE TRIGGER "paiement_entry_kept" BEFORE DELETE ON "paiement_entry" BEGIN
  SELECT RAISE(ABORT, 'paiement_entry is append-only');
END;

CREATE TRIGGER "paiement_posting_kept_as_written" BEFORE UPDATE ON "paiement_posting" BEGIN
  SELECT RAISE(ABORT, 'paiement_posting is append-only');
END;

CREATE TRIGGER "paiement_posting_kept" BEFORE DELETE ON "paiement_posting" BEGIN
  SELECT RAISE(ABORT, 'paiement_posting is append-only');
END;

CREATE TRIGGER "paiement_invoice_kept_as_written" BEFORE UPDATE OF "kind", "regie", "year", "number", "payer", "corrects", "issued_on", "due_on", "cents", "recipient", "terms" ON "paiement_invoice" BEGIN
  SELECT RAISE(ABORT, 'paiement_invoice is append-only');
END;

CREATE TRIGGER "paiement_invoice_kept" BEFORE DELETE ON "paiement_invoice" BEGIN
  SELECT RAISE(ABORT, 'paiement_invoice is append-only');
END;

CREATE TRIGGER "paiement_line_kept_as_written" BEFORE UPDATE OF "invoice", "place", "key", "child_name", "day", "label", "kind", "quantity", "unit_cents", "cents", "tax_care", "basis" ON "paiement_line" BEGIN
  SELECT RAISE(ABORT, 'paiement_line is append-only');
END;

CREATE TRIGGER "paiement_line_kept" BEFORE DELETE ON "paiement_line" BEGIN
  SELECT RAISE(ABORT, 'paiement_line is append-only');
END;

-- INSERT OR REPLACE removes a row without asking the triggers above
CREATE TRIGGER "paiement_entry_never_replaced" BEFORE INSERT ON "paiement_entry"
WHEN EXISTS (SELECT 1 FROM "paiement_entry" WHERE "key" = NEW."key" OR "id" = NEW."id") BEGIN
  SELECT RAISE(ABORT, 'paiement_entry is append-only');
END;
