-- What the engine was given and answered each time a freed place went to the next in rank.
CREATE TABLE "creche_call" (
  "id" SERIAL PRIMARY KEY NOT NULL,
  "commission" INTEGER NOT NULL REFERENCES "creche_commission" ("id") ON DELETE CASCADE,
  "number" SMALLINT NOT NULL DEFAULT 0,
  "packed" BYTEA NOT NULL DEFAULT '',
  "inputs_digest" VARCHAR(71) NOT NULL DEFAULT '',
  "digest" VARCHAR(71) NOT NULL DEFAULT '',
  "engine" VARCHAR(20) NOT NULL DEFAULT '',
  "families" SMALLINT NOT NULL DEFAULT 0,
  "made_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "made_by" INTEGER,
  CONSTRAINT "creche_call_once" UNIQUE ("commission", "number")
);
