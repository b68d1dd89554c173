CREATE TABLE "paiement_bordereau" (
  "id" SERIAL PRIMARY KEY NOT NULL,
  "form" VARCHAR(5) NOT NULL DEFAULT '',
  "exercise" SMALLINT NOT NULL DEFAULT 0,
  "type" VARCHAR(2) NOT NULL DEFAULT '',
  "budget" VARCHAR(2) NOT NULL DEFAULT '',
  "number" INTEGER NOT NULL DEFAULT 0,
  "file" VARCHAR(100) UNIQUE NOT NULL DEFAULT '',
  "day" DATE NOT NULL DEFAULT CURRENT_DATE,
  "pieces" INTEGER NOT NULL DEFAULT 0,
  "cents" BIGINT NOT NULL DEFAULT 0,
  "issuer" TEXT NOT NULL DEFAULT '',
  "state" VARCHAR(8) NOT NULL DEFAULT 'to_write',
  "code" VARCHAR(60) NOT NULL DEFAULT '',
  "told" VARCHAR(500) NOT NULL DEFAULT '',
  "replaces" BIGINT,
  "at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "account" INTEGER,
  CONSTRAINT "paiement_bordereau_once" UNIQUE ("budget", "exercise", "type", "number")
);

CREATE TABLE "paiement_treasury_file" (
  "id" SERIAL PRIMARY KEY NOT NULL,
  "digest" VARCHAR(64) UNIQUE NOT NULL DEFAULT '',
  "kind" VARCHAR(6) NOT NULL DEFAULT '',
  "name" VARCHAR(120) NOT NULL DEFAULT '',
  "at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "account" INTEGER,
  "counted_at" TIMESTAMPTZ,
  "counted_by" INTEGER,
  "summary" TEXT NOT NULL DEFAULT '{}'
);

CREATE TABLE "paiement_titre" (
  "id" SERIAL PRIMARY KEY NOT NULL,
  "bordereau" INTEGER NOT NULL REFERENCES "paiement_bordereau" ("id") ON DELETE RESTRICT,
  "series" VARCHAR(20) NOT NULL DEFAULT '',
  "number" INTEGER NOT NULL DEFAULT 0,
  "payer" INTEGER NOT NULL REFERENCES "paiement_payer" ("id") ON DELETE RESTRICT,
  "debt" BIGINT NOT NULL DEFAULT 0,
  "cents" INTEGER NOT NULL DEFAULT 0,
  "debtor" TEXT NOT NULL DEFAULT '',
  "state" VARCHAR(9) NOT NULL DEFAULT 'sent',
  "told" VARCHAR(200) NOT NULL DEFAULT '',
  CONSTRAINT "paiement_titre_once" UNIQUE ("series", "number")
);

CREATE INDEX "paiement_titre_bordereau" ON "paiement_titre" ("bordereau");

CREATE INDEX "paiement_titre_payer" ON "paiement_titre" ("payer");

CREATE TABLE "paiement_titre_line" (
  "id" SERIAL PRIMARY KEY NOT NULL,
  "titre" INTEGER NOT NULL REFERENCES "paiement_titre" ("id") ON DELETE RESTRICT,
  "number" SMALLINT NOT NULL DEFAULT 0,
  "invoice" INTEGER NOT NULL REFERENCES "paiement_invoice" ("id") ON DELETE RESTRICT,
  "cents" INTEGER NOT NULL DEFAULT 0,
  "stands" BIGINT UNIQUE,
  "state" VARCHAR(2) NOT NULL DEFAULT ''
);

CREATE INDEX "paiement_titre_line_titre" ON "paiement_titre_line" ("titre");

CREATE INDEX "paiement_titre_line_invoice" ON "paiement_titre_line" ("invoice");

CREATE TABLE "paiement_titre_move" (
  "id" SERIAL PRIMARY KEY NOT NULL,
  "line" INTEGER NOT NULL REFERENCES "paiement_titre_line" ("id") ON DELETE RESTRICT,
  "file" INTEGER NOT NULL REFERENCES "paiement_treasury_file" ("id") ON DELETE RESTRICT,
  "origin" VARCHAR(2) NOT NULL DEFAULT '',
  "day" DATE NOT NULL DEFAULT CURRENT_DATE,
  "cents" INTEGER NOT NULL DEFAULT 0,
  "rank" SMALLINT NOT NULL DEFAULT 0,
  CONSTRAINT "paiement_titre_move_once" UNIQUE ("line", "origin", "day", "cents", "rank")
);

CREATE INDEX "paiement_titre_move_file" ON "paiement_titre_move" ("file");

-- a number given to the comptable is never used again, and what it said is never rewritten
CREATE TRIGGER "paiement_bordereau_kept" BEFORE DELETE ON "paiement_bordereau"
FOR EACH ROW EXECUTE FUNCTION "paiement_append_only"();

CREATE TRIGGER "paiement_titre_kept" BEFORE DELETE ON "paiement_titre"
FOR EACH ROW EXECUTE FUNCTION "paiement_append_only"();

CREATE TRIGGER "paiement_titre_move_kept_as_written" BEFORE UPDATE ON "paiement_titre_move"
FOR EACH ROW EXECUTE FUNCTION "paiement_append_only"();

CREATE TRIGGER "paiement_titre_move_kept" BEFORE DELETE ON "paiement_titre_move"
FOR EACH ROW EXECUTE FUNCTION "paiement_append_only"();
