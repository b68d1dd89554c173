ALTER TABLE "assmat_childminder" ADD COLUMN "micro_quartier" VARCHAR(80) NOT NULL DEFAULT '';

ALTER TABLE "assmat_childminder" ADD COLUMN "tile" INTEGER;

UPDATE "assmat_childminder" SET "tile" =
  ("latitude" + 90000000) / 20000 * 12000 + ("longitude" + 180000000) / 30000
  WHERE "latitude" IS NOT NULL;

CREATE INDEX "assmat_childminder_quartier" ON "assmat_childminder" ("quartier");

CREATE INDEX "assmat_childminder_tile" ON "assmat_childminder" ("tile");

CREATE TABLE "assmat_saved_search" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "email" VARCHAR(254) NOT NULL DEFAULT '',
  "asked" TEXT NOT NULL DEFAULT '',
  "told" TEXT NOT NULL DEFAULT '[]',
  "created_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "confirmed_at" TIMESTAMPTZ,
  "looked_on" DATE
);

CREATE INDEX "assmat_saved_search_email" ON "assmat_saved_search" ("email");
