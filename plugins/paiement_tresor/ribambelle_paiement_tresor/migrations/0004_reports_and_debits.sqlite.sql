CREATE TABLE "paiement_batch" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "key" VARCHAR(64) UNIQUE NOT NULL DEFAULT '',
  "name" VARCHAR(35) UNIQUE NOT NULL DEFAULT '',
  "regie" VARCHAR(40) NOT NULL DEFAULT '',
  "made_on" DATE NOT NULL DEFAULT CURRENT_DATE,
  "rank" INTEGER NOT NULL DEFAULT 0,
  "on" DATE NOT NULL DEFAULT CURRENT_DATE,
  "size" INTEGER NOT NULL DEFAULT 0,
  "cents" INTEGER NOT NULL DEFAULT 0,
  "sealed" TEXT NOT NULL DEFAULT '',
  "made_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "made_by" INTEGER,
  "taken_at" TIMESTAMPTZ,
  "booked_at" TIMESTAMPTZ,
  "confirmed_at" TIMESTAMPTZ,
  "cancelled_at" TIMESTAMPTZ,
  "is_real" BOOLEAN NOT NULL DEFAULT true
);

CREATE INDEX "paiement_batch_on" ON "paiement_batch" ("on");

CREATE TABLE "paiement_mandate" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "payer" INTEGER NOT NULL REFERENCES "paiement_payer" ("id") ON DELETE RESTRICT,
  "account" INTEGER,
  "regie" VARCHAR(40) NOT NULL DEFAULT '',
  "rum" VARCHAR(35) UNIQUE NOT NULL DEFAULT '',
  "kind" VARCHAR(10) NOT NULL DEFAULT '',
  "holder" VARCHAR(70) NOT NULL DEFAULT '',
  "name" VARCHAR(32) UNIQUE NOT NULL DEFAULT '',
  "sealed" TEXT NOT NULL DEFAULT '',
  "shown" VARCHAR(20) NOT NULL DEFAULT '',
  "version" VARCHAR(10) NOT NULL DEFAULT '',
  "words" TEXT NOT NULL DEFAULT '',
  "state" VARCHAR(10) NOT NULL DEFAULT '',
  "live_for" INTEGER UNIQUE,
  "signed_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "ended_at" TIMESTAMPTZ
);

CREATE INDEX "paiement_mandate_payer" ON "paiement_mandate" ("payer");

CREATE TABLE "paiement_report" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "digest" VARCHAR(64) UNIQUE NOT NULL DEFAULT '',
  "regie" VARCHAR(40) NOT NULL DEFAULT '',
  "first" DATE,
  "last" DATE,
  "lines" INTEGER NOT NULL DEFAULT 0,
  "cents" INTEGER NOT NULL DEFAULT 0,
  "content" TEXT NOT NULL DEFAULT '',
  "sent_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "sent_by" INTEGER,
  "counted_at" TIMESTAMPTZ,
  "counted_by" INTEGER,
  "fresh" INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE "paiement_debit" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "batch" INTEGER NOT NULL REFERENCES "paiement_batch" ("id") ON DELETE RESTRICT,
  "mandate" INTEGER NOT NULL REFERENCES "paiement_mandate" ("id") ON DELETE RESTRICT,
  "payer" INTEGER NOT NULL REFERENCES "paiement_payer" ("id") ON DELETE RESTRICT,
  "cents" INTEGER NOT NULL DEFAULT 0,
  "sequence" VARCHAR(4) NOT NULL DEFAULT '',
  "end_to_end" VARCHAR(35) UNIQUE NOT NULL DEFAULT '',
  "state" VARCHAR(10) NOT NULL DEFAULT '',
  "reason" VARCHAR(4) NOT NULL DEFAULT '',
  "returned_on" DATE
);

CREATE INDEX "paiement_debit_batch" ON "paiement_debit" ("batch");

CREATE INDEX "paiement_debit_mandate" ON "paiement_debit" ("mandate");

CREATE INDEX "paiement_debit_payer" ON "paiement_debit" ("payer");

CREATE TABLE "paiement_report_line" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "report" INTEGER NOT NULL REFERENCES "paiement_report" ("id") ON DELETE RESTRICT,
  "line" INTEGER NOT NULL DEFAULT 0,
  "key" VARCHAR(120) UNIQUE NOT NULL DEFAULT '',
  "day" DATE NOT NULL DEFAULT CURRENT_DATE,
  "reference" VARCHAR(40) NOT NULL DEFAULT '',
  "cents" INTEGER NOT NULL DEFAULT 0,
  "means" VARCHAR(10) NOT NULL DEFAULT '',
  "authorisation" VARCHAR(64) NOT NULL DEFAULT '',
  "regie" VARCHAR(40) NOT NULL DEFAULT '',
  "payment" INTEGER REFERENCES "paiement_payment" ("id") ON DELETE RESTRICT,
  "state" VARCHAR(10) NOT NULL DEFAULT '',
  "payer" INTEGER REFERENCES "paiement_payer" ("id") ON DELETE RESTRICT,
  "decided_at" TIMESTAMPTZ,
  "decided_by" INTEGER,
  "is_real" BOOLEAN NOT NULL DEFAULT true
);

CREATE INDEX "paiement_report_line_report" ON "paiement_report_line" ("report");

CREATE INDEX "paiement_report_line_day" ON "paiement_report_line" ("day");

CREATE INDEX "paiement_report_line_reference" ON "paiement_report_line" ("reference");

CREATE INDEX "paiement_report_line_payment" ON "paiement_report_line" ("payment");

CREATE TABLE "paiement_debit_share" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "debit" INTEGER NOT NULL REFERENCES "paiement_debit" ("id") ON DELETE RESTRICT,
  "invoice" INTEGER NOT NULL REFERENCES "paiement_invoice" ("id") ON DELETE RESTRICT,
  "cents" INTEGER NOT NULL DEFAULT 0,
  "holds" INTEGER UNIQUE
);

CREATE INDEX "paiement_debit_share_debit" ON "paiement_debit_share" ("debit");

CREATE INDEX "paiement_debit_share_invoice" ON "paiement_debit_share" ("invoice");
