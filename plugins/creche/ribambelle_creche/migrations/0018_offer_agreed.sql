-- When a family said yes to a place that another child has still to leave.
ALTER TABLE "creche_offer" ADD COLUMN "agreed_at" TIMESTAMPTZ;
