-- The journal is append-only: the database itself refuses, whatever program asks.
CREATE FUNCTION "core_journal_append_only"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'core_journal is append-only' USING ERRCODE = 'integrity_constraint_violation';
END
$$;

CREATE TRIGGER "core_journal_kept" BEFORE UPDATE OR DELETE ON "core_journal"
FOR EACH ROW EXECUTE FUNCTION "core_journal_append_only"();

CREATE TRIGGER "core_journal_never_emptied" BEFORE TRUNCATE ON "core_journal"
FOR EACH STATEMENT EXECUTE FUNCTION "core_journal_append_only"();
