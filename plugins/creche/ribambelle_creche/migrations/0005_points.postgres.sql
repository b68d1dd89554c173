ALTER TABLE "creche_application" ADD COLUMN "sent" TEXT NOT NULL DEFAULT '';

UPDATE "creche_application" SET "sent" = "answers" WHERE "submitted_at" IS NOT NULL;

CREATE TABLE "creche_noted" (
  "id" SERIAL PRIMARY KEY NOT NULL,
  "application" INTEGER NOT NULL REFERENCES "creche_application" ("id") ON DELETE CASCADE,
  "code" VARCHAR(40) NOT NULL DEFAULT '',
  "points" INTEGER,
  "account" INTEGER NOT NULL DEFAULT 0,
  "at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  CONSTRAINT "creche_noted_once" UNIQUE ("application", "code")
);
