-- When a contract was written: one that came after a commission takes places it had counted free.
ALTER TABLE "creche_contract" ADD COLUMN "added_at" TIMESTAMPTZ;
