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
