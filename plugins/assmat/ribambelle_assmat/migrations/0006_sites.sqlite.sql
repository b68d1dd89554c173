ALTER TABLE "assmat_place" ADD COLUMN "line" VARCHAR(120) NOT NULL DEFAULT '';

ALTER TABLE "assmat_place" ADD COLUMN "postcode" VARCHAR(5) NOT NULL DEFAULT '';

ALTER TABLE "assmat_place" ADD COLUMN "city" VARCHAR(80) NOT NULL DEFAULT '';

ALTER TABLE "assmat_place" ADD COLUMN "city_folded" VARCHAR(80) NOT NULL DEFAULT '';

ALTER TABLE "assmat_place" ADD COLUMN "insee" VARCHAR(5) NOT NULL DEFAULT '';

ALTER TABLE "assmat_place" ADD COLUMN "quartier" VARCHAR(80) NOT NULL DEFAULT '';

ALTER TABLE "assmat_place" ADD COLUMN "micro_quartier" VARCHAR(80) NOT NULL DEFAULT '';

ALTER TABLE "assmat_place" ADD COLUMN "postal" VARCHAR(5) NOT NULL DEFAULT '';

ALTER TABLE "assmat_place" ADD COLUMN "latitude" INTEGER;

ALTER TABLE "assmat_place" ADD COLUMN "longitude" INTEGER;

ALTER TABLE "assmat_place" ADD COLUMN "tile" INTEGER;

UPDATE "assmat_place" SET
  "line" = (SELECT c."line" FROM "assmat_childminder" c WHERE c."id" = "childminder"),
  "postcode" = (SELECT c."postcode" FROM "assmat_childminder" c WHERE c."id" = "childminder"),
  "city" = (SELECT c."city" FROM "assmat_childminder" c WHERE c."id" = "childminder"),
  "city_folded" = (SELECT c."city_folded" FROM "assmat_childminder" c WHERE c."id" = "childminder"),
  "insee" = (SELECT c."insee" FROM "assmat_childminder" c WHERE c."id" = "childminder"),
  "quartier" = (SELECT c."quartier" FROM "assmat_childminder" c WHERE c."id" = "childminder"),
  "micro_quartier" = (SELECT c."micro_quartier" FROM "assmat_childminder" c WHERE c."id" = "childminder"),
  "postal" = (SELECT c."postcode" FROM "assmat_childminder" c WHERE c."id" = "childminder"),
  "latitude" = (SELECT c."latitude" FROM "assmat_childminder" c WHERE c."id" = "childminder"),
  "longitude" = (SELECT c."longitude" FROM "assmat_childminder" c WHERE c."id" = "childminder"),
  "tile" = (SELECT c."tile" FROM "assmat_childminder" c WHERE c."id" = "childminder");

CREATE INDEX "assmat_place_postal" ON "assmat_place" ("postal");

CREATE INDEX "assmat_place_city_folded" ON "assmat_place" ("city_folded");

CREATE INDEX "assmat_place_insee" ON "assmat_place" ("insee");

CREATE INDEX "assmat_place_quartier" ON "assmat_place" ("quartier");

CREATE INDEX "assmat_place_tile" ON "assmat_place" ("tile");

ALTER TABLE "assmat_care" ADD COLUMN "cancelled_at" TIMESTAMPTZ;
