-- The journal is append-only: the database itself refuses, whatever program asks.
CREATE TRIGGER "core_journal_kept_as_written" BEFORE UPDATE ON "core_journal" BEGIN
  SELECT RAISE(ABORT, 'core_journal is append-only');
END;

CREATE TRIGGER "core_journal_kept" BEFORE DELETE ON "core_journal" BEGIN
  SELECT RAISE(ABORT, 'core_journal is append-only');
END;

-- INSERT OR REPLACE removes a line without asking the trigger above
CREATE TRIGGER "core_journal_never_replaced" BEFORE INSERT ON "core_journal"
WHEN EXISTS (SELECT 1 FROM "core_journal" WHERE "number" = NEW."number" OR "id" = NEW."id") BEGIN
  SELECT RAISE(ABORT, 'core_journal is append-only');
END;
