-- What the engine was given and answered each time a freed place went to the next in rank.
CREATE TABLE "creche_call" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "commission" INTEGER NOT NULL REFERENCES "creche_commission" ("id") ON DELETE CASCADE,
  "number" INTEGER NOT NULL DEFAULT 0,
  "packed" BLOB NOT NULL DEFAULT '',
  "inputs_digest" VARCHAR(71) NOT NULL DEFAULT '',
  "digest" VARCHAR(71) NOT NULL DEFAULT '',
  "engine" VARCHAR(20) NOT NULL DEFAULT '',
  "families" INTEGER NOT NULL DEFAULT 0,
  "made_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "made_by" INTEGER,
  CONSTRAINT "creche_call_once" UNIQUE ("commission", "number")
);
