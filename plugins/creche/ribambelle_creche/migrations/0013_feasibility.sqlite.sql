-- What a crèche answers of a file before the commission: whether it can welcome the child.
CREATE TABLE "creche_feasibility" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "commission" INTEGER NOT NULL REFERENCES "creche_commission" ("id") ON DELETE CASCADE,
  "application" INTEGER NOT NULL REFERENCES "creche_application" ("id") ON DELETE CASCADE,
  "facility" INTEGER NOT NULL REFERENCES "creche_facility" ("id") ON DELETE CASCADE,
  "answer" VARCHAR(3) NOT NULL DEFAULT '',
  "reason" VARCHAR(4) NOT NULL DEFAULT '',
  "words" TEXT NOT NULL DEFAULT '',
  "at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "account" INTEGER NOT NULL DEFAULT 0,
  CONSTRAINT "creche_feasibility_once" UNIQUE ("commission", "application", "facility")
);
