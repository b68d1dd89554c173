-- Places for insertion that a manager holds by an agreement with childminders, and crèches AVIP.
CREATE TABLE "creche_agreement" (
  "id" SERIAL PRIMARY KEY NOT NULL,
  "facility" INTEGER NOT NULL REFERENCES "creche_facility" ("id") ON DELETE CASCADE,
  "partner" VARCHAR(200) NOT NULL DEFAULT '',
  "places" SMALLINT NOT NULL DEFAULT 0,
  "first" DATE NOT NULL,
  "last" DATE,
  "account" INTEGER NOT NULL DEFAULT 0,
  "at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp
);

CREATE INDEX "creche_agreement_facility" ON "creche_agreement" ("facility");

ALTER TABLE "creche_facility" ADD COLUMN "is_avip" BOOLEAN NOT NULL DEFAULT false;
