-- A crèche that opens on Saturday: its week has twelve half-days, the two last ones of Saturday.
ALTER TABLE "creche_facility" ADD COLUMN "opens_saturday" BOOLEAN NOT NULL DEFAULT FALSE;
