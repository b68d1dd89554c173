ALTER TABLE "core_household" ADD COLUMN "confirmed_at" TIMESTAMPTZ;

CREATE TABLE "core_responsibility" (
  "id" SERIAL PRIMARY KEY NOT NULL,
  "child" INTEGER NOT NULL REFERENCES "core_child" ("id") ON DELETE CASCADE,
  "adult" INTEGER NOT NULL REFERENCES "core_adult" ("id") ON DELETE CASCADE,
  "kind" VARCHAR(10) NOT NULL DEFAULT 'parent',
  "has_authority" BOOLEAN NOT NULL DEFAULT false,
  "may_book" BOOLEAN NOT NULL DEFAULT false,
  "may_pay" BOOLEAN NOT NULL DEFAULT false,
  "may_collect" BOOLEAN NOT NULL DEFAULT false,
  "given_by" INTEGER,
  "given_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "until" DATE,
  "ended_at" TIMESTAMPTZ,
  CONSTRAINT "core_responsibility_once" UNIQUE ("child", "adult")
);

CREATE INDEX "core_responsibility_adult" ON "core_responsibility" ("adult");

INSERT INTO "core_responsibility"
  ("child", "adult", "kind", "has_authority", "may_book", "may_pay", "may_collect", "given_at")
SELECT c."id", a."id", 'parent', true, true, true, true, h."created_at"
FROM "core_child" c
JOIN "core_household" h ON h."id" = c."household"
JOIN "core_adult" a ON a."household" = c."household";

CREATE TABLE "core_custody" (
  "id" SERIAL PRIMARY KEY NOT NULL,
  "demande" INTEGER NOT NULL UNIQUE REFERENCES "core_demande" ("id") ON DELETE RESTRICT,
  "child" INTEGER NOT NULL REFERENCES "core_child" ("id") ON DELETE CASCADE,
  "proposed_by" INTEGER NOT NULL REFERENCES "core_adult" ("id") ON DELETE CASCADE,
  "even" INTEGER NOT NULL REFERENCES "core_adult" ("id") ON DELETE CASCADE,
  "odd" INTEGER NOT NULL REFERENCES "core_adult" ("id") ON DELETE CASCADE,
  "changes_on" SMALLINT NOT NULL DEFAULT 0,
  "changes_after_school" BOOLEAN NOT NULL DEFAULT false,
  "holidays" VARCHAR(10) NOT NULL DEFAULT 'weeks',
  "first_half" INTEGER REFERENCES "core_adult" ("id") ON DELETE SET NULL,
  "starts_on" DATE NOT NULL DEFAULT current_date
);

CREATE INDEX "core_custody_child" ON "core_custody" ("child");
