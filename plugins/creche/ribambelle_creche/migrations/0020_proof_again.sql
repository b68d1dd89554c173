-- Until when a proof that is worth nothing any more still counts: it was asked for again.
ALTER TABLE "creche_evidence" ADD COLUMN "again_by" DATE;
