DROP INDEX "creche_application_same_child";

ALTER TABLE "creche_application" DROP COLUMN "same_child";

CREATE INDEX "creche_application_reference_on" ON "creche_application" ("reference_on");
