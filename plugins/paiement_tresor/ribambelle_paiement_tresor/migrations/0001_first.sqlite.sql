CREATE TABLE "paiement_basis" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "digest" VARCHAR(64) UNIQUE NOT NULL DEFAULT '',
  "inputs" TEXT NOT NULL DEFAULT '',
  "steps" TEXT NOT NULL DEFAULT ''
);

CREATE TABLE "paiement_entry" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "key" VARCHAR(120) UNIQUE NOT NULL DEFAULT '',
  "kind" VARCHAR(20) NOT NULL DEFAULT '',
  "regie" VARCHAR(40) NOT NULL DEFAULT '',
  "day" DATE NOT NULL DEFAULT CURRENT_DATE,
  "at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "account" INTEGER,
  "note" VARCHAR(200) NOT NULL DEFAULT '',
  "is_real" BOOLEAN NOT NULL DEFAULT true
);

CREATE INDEX "paiement_entry_day" ON "paiement_entry" ("day");

CREATE TABLE "paiement_payer" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "adult" INTEGER REFERENCES "core_adult" ("id") ON DELETE SET NULL
);

CREATE INDEX "paiement_payer_adult" ON "paiement_payer" ("adult");

CREATE TABLE "paiement_period" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "regie" VARCHAR(40) NOT NULL DEFAULT '',
  "first" DATE NOT NULL DEFAULT CURRENT_DATE,
  "last" DATE NOT NULL DEFAULT CURRENT_DATE,
  "due_on" DATE NOT NULL DEFAULT CURRENT_DATE,
  "state" VARCHAR(10) NOT NULL DEFAULT 'open',
  "opened_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "opened_by" INTEGER,
  "issued_at" TIMESTAMPTZ,
  CONSTRAINT "paiement_period_once" UNIQUE ("regie", "first")
);

CREATE TABLE "paiement_terms" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "digest" VARCHAR(64) UNIQUE NOT NULL DEFAULT '',
  "told" TEXT NOT NULL DEFAULT ''
);

CREATE TABLE "paiement_mode" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "mode" VARCHAR(12) NOT NULL DEFAULT '',
  "at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "account" INTEGER
);

CREATE TABLE "paiement_notice" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "operation" VARCHAR(64) NOT NULL DEFAULT '',
  "came_from" VARCHAR(12) NOT NULL DEFAULT '',
  "address" VARCHAR(45) NOT NULL DEFAULT '',
  "at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "is_known" BOOLEAN NOT NULL DEFAULT false
);

CREATE INDEX "paiement_notice_operation" ON "paiement_notice" ("operation");

CREATE INDEX "paiement_notice_at" ON "paiement_notice" ("at");

CREATE TABLE "paiement_payment" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "payer" INTEGER NOT NULL REFERENCES "paiement_payer" ("id") ON DELETE RESTRICT,
  "account" INTEGER,
  "regie" VARCHAR(40) NOT NULL DEFAULT '',
  "client" VARCHAR(6) NOT NULL DEFAULT '',
  "reference" VARCHAR(30) UNIQUE NOT NULL DEFAULT '',
  "operation" VARCHAR(64) UNIQUE,
  "saisie" VARCHAR(1) NOT NULL DEFAULT '',
  "is_real" BOOLEAN NOT NULL DEFAULT true,
  "cents" INTEGER NOT NULL DEFAULT 0,
  "email" VARCHAR(80) NOT NULL DEFAULT '',
  "state" VARCHAR(14) NOT NULL DEFAULT '',
  "created_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "seen_at" TIMESTAMPTZ,
  "asked_at" TIMESTAMPTZ,
  "ask_at" TIMESTAMPTZ,
  "asked" INTEGER NOT NULL DEFAULT 0,
  "failures" INTEGER NOT NULL DEFAULT 0,
  "code" VARCHAR(20) NOT NULL DEFAULT '',
  "alert" VARCHAR(20) NOT NULL DEFAULT '',
  "authorisation" VARCHAR(64) NOT NULL DEFAULT '',
  "means" VARCHAR(10) NOT NULL DEFAULT '',
  "paid_at" TIMESTAMPTZ,
  "settled_at" TIMESTAMPTZ
);

CREATE INDEX "paiement_payment_payer" ON "paiement_payment" ("payer");

CREATE INDEX "paiement_payment_created_at" ON "paiement_payment" ("created_at");

CREATE INDEX "paiement_payment_ask_at" ON "paiement_payment" ("ask_at");

CREATE TABLE "paiement_receipt" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "regie" VARCHAR(40) NOT NULL DEFAULT '',
  "year" INTEGER NOT NULL DEFAULT 0,
  "number" INTEGER NOT NULL DEFAULT 0,
  "key" VARCHAR(64) UNIQUE NOT NULL DEFAULT '',
  "payer" INTEGER NOT NULL REFERENCES "paiement_payer" ("id") ON DELETE RESTRICT,
  "means" VARCHAR(10) NOT NULL DEFAULT '',
  "cents" INTEGER NOT NULL DEFAULT 0,
  "reference" VARCHAR(80) NOT NULL DEFAULT '',
  "allocations" TEXT NOT NULL DEFAULT '',
  "day" DATE NOT NULL DEFAULT CURRENT_DATE,
  "at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "account" INTEGER,
  CONSTRAINT "paiement_receipt_once" UNIQUE ("regie", "year", "number")
);

CREATE INDEX "paiement_receipt_payer" ON "paiement_receipt" ("payer");

CREATE INDEX "paiement_receipt_day" ON "paiement_receipt" ("day");

CREATE TABLE "paiement_trial" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "period" INTEGER NOT NULL REFERENCES "paiement_period" ("id") ON DELETE CASCADE,
  "at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "invoices" INTEGER NOT NULL DEFAULT 0,
  "lines" INTEGER NOT NULL DEFAULT 0,
  "cents" INTEGER NOT NULL DEFAULT 0,
  "doubts" TEXT NOT NULL DEFAULT '',
  "totals" BLOB NOT NULL DEFAULT ''
);

CREATE INDEX "paiement_trial_period" ON "paiement_trial" ("period");

CREATE TABLE "paiement_waiver" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "period" INTEGER NOT NULL REFERENCES "paiement_period" ("id") ON DELETE CASCADE,
  "doubt" VARCHAR(200) NOT NULL DEFAULT '',
  "reason" VARCHAR(200) NOT NULL DEFAULT '',
  "account" INTEGER,
  "at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  CONSTRAINT "paiement_waiver_once" UNIQUE ("period", "doubt")
);

CREATE TABLE "paiement_invoice" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "kind" VARCHAR(10) NOT NULL DEFAULT '',
  "regie" VARCHAR(40) NOT NULL DEFAULT '',
  "year" INTEGER NOT NULL DEFAULT 0,
  "number" INTEGER NOT NULL DEFAULT 0,
  "period" INTEGER REFERENCES "paiement_period" ("id") ON DELETE RESTRICT,
  "payer" INTEGER NOT NULL REFERENCES "paiement_payer" ("id") ON DELETE RESTRICT,
  "corrects" INTEGER REFERENCES "paiement_invoice" ("id") ON DELETE RESTRICT,
  "issued_on" DATE NOT NULL DEFAULT CURRENT_DATE,
  "due_on" DATE NOT NULL DEFAULT CURRENT_DATE,
  "cents" INTEGER NOT NULL DEFAULT 0,
  "recipient" TEXT NOT NULL DEFAULT '',
  "terms" INTEGER NOT NULL REFERENCES "paiement_terms" ("id") ON DELETE RESTRICT,
  CONSTRAINT "paiement_invoice_once" UNIQUE ("regie", "year", "number")
);

CREATE INDEX "paiement_invoice_period" ON "paiement_invoice" ("period");

CREATE INDEX "paiement_invoice_payer" ON "paiement_invoice" ("payer");

CREATE INDEX "paiement_invoice_issued_on" ON "paiement_invoice" ("issued_on");

CREATE TABLE "paiement_exchange" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "payment" INTEGER REFERENCES "paiement_payment" ("id") ON DELETE CASCADE,
  "at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "trigger" VARCHAR(12) NOT NULL DEFAULT '',
  "outcome" VARCHAR(20) NOT NULL DEFAULT '',
  "request" TEXT NOT NULL DEFAULT '',
  "answer" TEXT NOT NULL DEFAULT ''
);

CREATE INDEX "paiement_exchange_payment" ON "paiement_exchange" ("payment");

CREATE INDEX "paiement_exchange_at" ON "paiement_exchange" ("at");

CREATE TABLE "paiement_allocation" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "payment" INTEGER NOT NULL REFERENCES "paiement_payment" ("id") ON DELETE RESTRICT,
  "invoice" INTEGER NOT NULL REFERENCES "paiement_invoice" ("id") ON DELETE RESTRICT,
  "cents" INTEGER NOT NULL DEFAULT 0,
  "holds" INTEGER UNIQUE
);

CREATE INDEX "paiement_allocation_payment" ON "paiement_allocation" ("payment");

CREATE INDEX "paiement_allocation_invoice" ON "paiement_allocation" ("invoice");

CREATE TABLE "paiement_line" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "invoice" INTEGER NOT NULL REFERENCES "paiement_invoice" ("id") ON DELETE RESTRICT,
  "place" INTEGER NOT NULL DEFAULT 0,
  "key" VARCHAR(160) NOT NULL DEFAULT '',
  "child" INTEGER REFERENCES "core_child" ("id") ON DELETE SET NULL,
  "child_name" VARCHAR(200) NOT NULL DEFAULT '',
  "day" DATE NOT NULL DEFAULT CURRENT_DATE,
  "label" VARCHAR(200) NOT NULL DEFAULT '',
  "kind" VARCHAR(5) NOT NULL DEFAULT '',
  "quantity" INTEGER NOT NULL DEFAULT 0,
  "unit_cents" INTEGER NOT NULL DEFAULT 0,
  "cents" INTEGER NOT NULL DEFAULT 0,
  "tax_care" BOOLEAN NOT NULL DEFAULT false,
  "basis" INTEGER NOT NULL REFERENCES "paiement_basis" ("id") ON DELETE RESTRICT
);

CREATE INDEX "paiement_line_invoice" ON "paiement_line" ("invoice");

CREATE INDEX "paiement_line_key" ON "paiement_line" ("key");

CREATE TABLE "paiement_posting" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "entry" INTEGER NOT NULL REFERENCES "paiement_entry" ("id") ON DELETE RESTRICT,
  "ledger" VARCHAR(12) NOT NULL DEFAULT '',
  "payer" INTEGER REFERENCES "paiement_payer" ("id") ON DELETE RESTRICT,
  "invoice" INTEGER REFERENCES "paiement_invoice" ("id") ON DELETE RESTRICT,
  "cents" INTEGER NOT NULL DEFAULT 0
);

CREATE INDEX "paiement_posting_entry" ON "paiement_posting" ("entry");

CREATE INDEX "paiement_posting_payer" ON "paiement_posting" ("payer");

CREATE INDEX "paiement_posting_invoice" ON "paiement_posting" ("invoice");
