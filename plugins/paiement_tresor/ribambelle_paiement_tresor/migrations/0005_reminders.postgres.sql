CREATE TABLE "paiement_reminder" (
  "id" SERIAL PRIMARY KEY NOT NULL,
  "invoice" INTEGER NOT NULL REFERENCES "paiement_invoice" ("id") ON DELETE RESTRICT,
  "step" SMALLINT NOT NULL DEFAULT 0,
  "at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  CONSTRAINT "paiement_reminder_once" UNIQUE ("invoice", "step")
);
