-- Where each file stands after a commission, computed once it is decided.
CREATE TABLE "creche_standing" (
  "id" SERIAL PRIMARY KEY NOT NULL,
  "commission" INTEGER NOT NULL REFERENCES "creche_commission" ("id") ON DELETE CASCADE,
  "application" INTEGER NOT NULL REFERENCES "creche_application" ("id") ON DELETE CASCADE,
  "option" VARCHAR(80) NOT NULL DEFAULT '',
  "ahead" INTEGER NOT NULL DEFAULT 0,
  "position" INTEGER NOT NULL DEFAULT 0,
  "chance" VARCHAR(8) NOT NULL DEFAULT '',
  "draws" INTEGER NOT NULL DEFAULT 0,
  "computed_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  CONSTRAINT "creche_standing_once" UNIQUE ("commission", "application", "option")
);

CREATE INDEX "creche_standing_application" ON "creche_standing" ("application");
