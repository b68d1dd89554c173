-- A child received on a place kept for parents on a path of insertion counts until it leaves.
ALTER TABLE "creche_contract" ADD COLUMN "insertion" BOOLEAN NOT NULL DEFAULT FALSE;
