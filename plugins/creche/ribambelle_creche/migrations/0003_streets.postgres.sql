CREATE TABLE "creche_street" (
  "id" SERIAL PRIMARY KEY NOT NULL,
  "name" VARCHAR(200) NOT NULL DEFAULT '',
  "folded" VARCHAR(200) NOT NULL DEFAULT '',
  "quartier" INTEGER NOT NULL REFERENCES "core_quartier" ("id") ON DELETE CASCADE,
  "first" INTEGER NOT NULL DEFAULT 0,
  "last" INTEGER NOT NULL DEFAULT 0,
  "side" VARCHAR(6) NOT NULL DEFAULT ''
);

CREATE INDEX "creche_street_folded" ON "creche_street" ("folded");
