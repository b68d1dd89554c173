CREATE TABLE "core_takeover" (
  "id" SERIAL PRIMARY KEY NOT NULL,
  "name" VARCHAR(200) NOT NULL DEFAULT '',
  "files" TEXT NOT NULL DEFAULT '',
  "outcome" TEXT NOT NULL DEFAULT '{}',
  "created_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "created_by" INTEGER,
  "undone_at" TIMESTAMPTZ,
  "undone_by" INTEGER
);

CREATE TABLE "core_taken_row" (
  "id" SERIAL PRIMARY KEY NOT NULL,
  "takeover" INTEGER NOT NULL REFERENCES "core_takeover" ("id") ON DELETE CASCADE,
  "matter" VARCHAR(40) NOT NULL DEFAULT '',
  "owner" VARCHAR(120) NOT NULL DEFAULT '',
  "of_table" VARCHAR(80) NOT NULL DEFAULT '',
  "row" BIGINT NOT NULL DEFAULT 0,
  "before" TEXT NOT NULL DEFAULT '',
  "after" TEXT NOT NULL DEFAULT '',
  "at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp
);

CREATE INDEX "core_taken_row_takeover" ON "core_taken_row" ("takeover");
