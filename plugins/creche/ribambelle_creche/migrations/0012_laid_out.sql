-- What the places and files of a proposal were laid out from; empty for one made before this was kept.
ALTER TABLE "creche_proposal" ADD COLUMN "laid_from" VARCHAR(71) NOT NULL DEFAULT '';
