-- What a file asked is kept as the commission saw it; what a family was told of it is told once.
-- A number of the draw has 48 bits: SQLite keeps them already.
ALTER TABLE "creche_examined" ADD COLUMN "asked" TEXT NOT NULL DEFAULT '{}';

CREATE TABLE "creche_notice" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "commission" INTEGER NOT NULL REFERENCES "creche_commission" ("id") ON DELETE CASCADE,
  "application" INTEGER NOT NULL REFERENCES "creche_application" ("id") ON DELETE CASCADE,
  "kind" VARCHAR(12) NOT NULL DEFAULT '',
  "at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  CONSTRAINT "creche_notice_once" UNIQUE ("commission", "application", "kind")
);
