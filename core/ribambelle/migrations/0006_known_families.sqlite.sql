CREATE TABLE "core_letters" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "label" VARCHAR(200) NOT NULL DEFAULT '',
  "created_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "created_by" INTEGER
);

CREATE TABLE "core_activation" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "batch" INTEGER NOT NULL REFERENCES "core_letters" ("id") ON DELETE CASCADE,
  "adult" INTEGER NOT NULL REFERENCES "core_adult" ("id") ON DELETE CASCADE,
  "digest" VARCHAR(64) UNIQUE NOT NULL DEFAULT '',
  "created_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "expires_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "opened_at" TIMESTAMPTZ,
  "used_at" TIMESTAMPTZ
);

CREATE INDEX "core_activation_batch" ON "core_activation" ("batch");

CREATE INDEX "core_activation_adult" ON "core_activation" ("adult");

CREATE TABLE "core_known_family" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "household" INTEGER UNIQUE NOT NULL REFERENCES "core_household" ("id") ON DELETE CASCADE,
  "number" VARCHAR(80) UNIQUE NOT NULL DEFAULT ''
);

CREATE TABLE "core_family_import" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "headings" VARCHAR(64) NOT NULL DEFAULT '',
  "mapping" TEXT NOT NULL DEFAULT '{}',
  "content" TEXT NOT NULL DEFAULT '',
  "outcome" TEXT NOT NULL DEFAULT '{}',
  "created_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "created_by" INTEGER,
  "done_at" TIMESTAMPTZ
);

CREATE INDEX "core_family_import_headings" ON "core_family_import" ("headings");

UPDATE "core_grant" SET "role" = 'partner' WHERE "role" = 'creche_partner';
