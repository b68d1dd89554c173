-- Places of a section that a commission keeps out of its proposal, and why.
CREATE TABLE "creche_held_places" (
  "id" SERIAL PRIMARY KEY NOT NULL,
  "commission" INTEGER NOT NULL REFERENCES "creche_commission" ("id") ON DELETE CASCADE,
  "facility" INTEGER NOT NULL REFERENCES "creche_facility" ("id") ON DELETE CASCADE,
  "age_group" VARCHAR(10) NOT NULL DEFAULT '',
  "places" SMALLINT NOT NULL DEFAULT 0,
  "reason" VARCHAR(20) NOT NULL DEFAULT '',
  "note" TEXT NOT NULL DEFAULT '',
  "impact" TEXT NOT NULL DEFAULT '[]',
  "at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "account" INTEGER NOT NULL DEFAULT 0,
  "lifted_at" TIMESTAMPTZ
);

CREATE INDEX "creche_held_places_commission" ON "creche_held_places" ("commission");
