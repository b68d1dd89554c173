-- The IRIS of INSEE in which a street, and so a family, lies; empty where the list does not say.
ALTER TABLE "creche_street" ADD COLUMN "iris" VARCHAR(60) NOT NULL DEFAULT '';

ALTER TABLE "creche_application" ADD COLUMN "iris" VARCHAR(60) NOT NULL DEFAULT '';
