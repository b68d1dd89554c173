-- An offer keeps the very option of the proposal, and which of several children it is for.
ALTER TABLE "creche_offer" ADD COLUMN "option" VARCHAR(80) NOT NULL DEFAULT '';

ALTER TABLE "creche_offer" ADD COLUMN "child" SMALLINT NOT NULL DEFAULT 0;
