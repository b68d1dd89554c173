ALTER TABLE "periscolaire_rules" ADD COLUMN "published_at" TIMESTAMPTZ;

ALTER TABLE "periscolaire_enrolment" ADD COLUMN "school" INTEGER REFERENCES "core_school" ("id") ON DELETE SET NULL;

ALTER TABLE "periscolaire_enrolment" ADD COLUMN "class_name" VARCHAR(40) NOT NULL DEFAULT '';

ALTER TABLE "periscolaire_enrolment" ADD COLUMN "sent_at" TIMESTAMPTZ;

ALTER TABLE "periscolaire_enrolment" ADD COLUMN "ends_on" DATE;

ALTER TABLE "periscolaire_enrolment" ADD COLUMN "is_placed" BOOLEAN NOT NULL DEFAULT false;

CREATE TABLE "periscolaire_claim" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "household" INTEGER NOT NULL REFERENCES "core_household" ("id") ON DELETE CASCADE,
  "account" INTEGER,
  "quotient_familial" INTEGER NOT NULL DEFAULT 0,
  "document" INTEGER,
  "state" VARCHAR(10) NOT NULL DEFAULT 'waiting',
  "told_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "decided_at" TIMESTAMPTZ,
  "decided_by" INTEGER,
  "reason" TEXT NOT NULL DEFAULT ''
);

CREATE INDEX "periscolaire_claim_household" ON "periscolaire_claim" ("household");

CREATE TABLE "periscolaire_consent" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "child" INTEGER NOT NULL REFERENCES "core_child" ("id") ON DELETE CASCADE,
  "code" VARCHAR(40) NOT NULL DEFAULT '',
  "words" VARCHAR(300) NOT NULL DEFAULT '',
  "is_given" BOOLEAN NOT NULL DEFAULT false,
  "given_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "account" INTEGER
);

CREATE INDEX "periscolaire_consent_child" ON "periscolaire_consent" ("child");

CREATE TABLE "periscolaire_onde" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "year" INTEGER NOT NULL DEFAULT 0,
  "content" TEXT NOT NULL DEFAULT '',
  "choices" TEXT NOT NULL DEFAULT '{}',
  "outcome" TEXT NOT NULL DEFAULT '{}',
  "created_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "created_by" INTEGER,
  "done_at" TIMESTAMPTZ
);

CREATE TABLE "periscolaire_sheet" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "child" INTEGER UNIQUE NOT NULL REFERENCES "core_child" ("id") ON DELETE CASCADE,
  "name" VARCHAR(32) UNIQUE NOT NULL DEFAULT '',
  "sealed" TEXT NOT NULL DEFAULT '',
  "health_at" TIMESTAMPTZ,
  "contacts_at" TIMESTAMPTZ
);
