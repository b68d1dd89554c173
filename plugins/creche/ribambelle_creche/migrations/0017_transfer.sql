-- The file by which a child written by its crèche, without one, asks for another crèche.
ALTER TABLE "creche_contract" ADD COLUMN "transfer" INTEGER REFERENCES "creche_application" ("id") ON DELETE SET NULL;
