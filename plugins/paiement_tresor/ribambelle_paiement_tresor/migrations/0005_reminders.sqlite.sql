CREATE TABLE "paiement_reminder" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "invoice" INTEGER NOT NULL REFERENCES "paiement_invoice" ("id") ON DELETE RESTRICT,
  "step" INTEGER NOT NULL DEFAULT 0,
  "at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  CONSTRAINT "paiement_reminder_once" UNIQUE ("invoice", "step")
);
