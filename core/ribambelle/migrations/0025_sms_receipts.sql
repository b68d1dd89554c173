ALTER TABLE "core_message" ADD COLUMN "receipt" VARCHAR(10) NOT NULL DEFAULT '';

ALTER TABLE "core_message" ADD COLUMN "receipt_reason" VARCHAR(20) NOT NULL DEFAULT '';

ALTER TABLE "core_message" ADD COLUMN "receipt_at" TIMESTAMPTZ;
