-- Children authorised at other hours than the whole day, as JSON; the crèche has one number else.
ALTER TABLE "creche_facility" ADD COLUMN "bands" TEXT NOT NULL DEFAULT '[]';
