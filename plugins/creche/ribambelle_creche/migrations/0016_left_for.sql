-- Where a family that withdraws goes, as a code; empty when it did not say.
ALTER TABLE "creche_application" ADD COLUMN "left_for" VARCHAR(12) NOT NULL DEFAULT '';
