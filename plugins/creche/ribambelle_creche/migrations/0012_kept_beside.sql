-- What the places and files of a proposal were laid out from; empty for one made before this was kept.
ALTER TABLE "creche_proposal" ADD COLUMN "laid_from" VARCHAR(71) NOT NULL DEFAULT '';

-- Why an appeal was answered so, as a code; empty for one answered before this was kept.
ALTER TABLE "creche_appeal_answer" ADD COLUMN "reason" VARCHAR(4) NOT NULL DEFAULT '';
