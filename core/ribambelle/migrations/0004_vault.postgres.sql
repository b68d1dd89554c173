CREATE TABLE "core_data_key" (
  "id" SERIAL PRIMARY KEY NOT NULL,
  "wrapped" TEXT NOT NULL DEFAULT '',
  "made_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp
);

CREATE TABLE "core_document" (
  "id" SERIAL PRIMARY KEY NOT NULL,
  "account" INTEGER,
  "household" INTEGER REFERENCES "core_household" ("id") ON DELETE SET NULL,
  "child" INTEGER REFERENCES "core_child" ("id") ON DELETE SET NULL,
  "kind" VARCHAR(40) NOT NULL DEFAULT '',
  "state" VARCHAR(10) NOT NULL DEFAULT '',
  "is_held" BOOLEAN NOT NULL DEFAULT false,
  "version" INTEGER NOT NULL DEFAULT 1,
  "file" VARCHAR(40) UNIQUE NOT NULL DEFAULT '',
  "key" INTEGER NOT NULL REFERENCES "core_data_key" ("id") ON DELETE RESTRICT,
  "media_type" VARCHAR(40) NOT NULL DEFAULT '',
  "pages" SMALLINT NOT NULL DEFAULT 1,
  "size" INTEGER NOT NULL DEFAULT 0,
  "given_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "given_by" INTEGER,
  "checked_at" TIMESTAMPTZ,
  "checked_by" INTEGER,
  "reason" TEXT NOT NULL DEFAULT '',
  "valid_until" DATE,
  "reminded_at" TIMESTAMPTZ
);

CREATE INDEX "core_document_account" ON "core_document" ("account");

CREATE INDEX "core_document_state" ON "core_document" ("state");

CREATE INDEX "core_document_valid_until" ON "core_document" ("valid_until");

CREATE TABLE "core_document_use" (
  "id" SERIAL PRIMARY KEY NOT NULL,
  "document" INTEGER NOT NULL REFERENCES "core_document" ("id") ON DELETE CASCADE,
  "demande" INTEGER NOT NULL REFERENCES "core_demande" ("id") ON DELETE CASCADE,
  "label" VARCHAR(60) NOT NULL DEFAULT '',
  "href" VARCHAR(200) NOT NULL DEFAULT '',
  "used_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  CONSTRAINT "core_document_use_once" UNIQUE ("document", "demande")
);

CREATE INDEX "core_document_use_demande" ON "core_document_use" ("demande");
