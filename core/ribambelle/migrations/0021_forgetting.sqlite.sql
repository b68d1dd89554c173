CREATE TABLE "core_elimination" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "by" INTEGER,
  "visa" VARCHAR(200) NOT NULL DEFAULT '',
  "slip" TEXT NOT NULL DEFAULT ''
);

CREATE TABLE "core_erasure" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "cause" VARCHAR(10) NOT NULL DEFAULT '',
  "people" TEXT NOT NULL DEFAULT '',
  "by" INTEGER,
  "gone" TEXT NOT NULL DEFAULT '',
  "mirrored_at" TIMESTAMPTZ
);

CREATE TABLE "core_forget_request" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "household" INTEGER NOT NULL REFERENCES "core_household" ("id") ON DELETE CASCADE,
  "account" INTEGER,
  "words" TEXT NOT NULL DEFAULT '',
  "asked_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "state" VARCHAR(10) NOT NULL DEFAULT 'asked',
  "decided_at" TIMESTAMPTZ,
  "decided_by" INTEGER,
  "reason" TEXT NOT NULL DEFAULT '',
  "runs_on" DATE
);

CREATE INDEX "core_forget_request_household" ON "core_forget_request" ("household");

CREATE TABLE "core_journal_start" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "number" INTEGER UNIQUE NOT NULL DEFAULT 0,
  "digest" VARCHAR(64) NOT NULL DEFAULT ''
);

-- What proves a removal is never removed nor rewritten, whatever program asks.
CREATE TRIGGER "core_elimination_kept_as_written" BEFORE UPDATE ON "core_elimination" BEGIN
  SELECT RAISE(ABORT, 'core_elimination is append-only');
END;

CREATE TRIGGER "core_elimination_kept" BEFORE DELETE ON "core_elimination" BEGIN
  SELECT RAISE(ABORT, 'core_elimination is append-only');
END;

CREATE TRIGGER "core_journal_start_kept_as_written" BEFORE UPDATE ON "core_journal_start" BEGIN
  SELECT RAISE(ABORT, 'core_journal_start is append-only');
END;

CREATE TRIGGER "core_journal_start_kept" BEFORE DELETE ON "core_journal_start" BEGIN
  SELECT RAISE(ABORT, 'core_journal_start is append-only');
END;

CREATE TRIGGER "core_erasure_kept" BEFORE DELETE ON "core_erasure" BEGIN
  SELECT RAISE(ABORT, 'core_erasure is append-only');
END;
