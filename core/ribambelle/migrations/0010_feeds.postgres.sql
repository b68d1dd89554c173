CREATE TABLE "core_feed" (
  "id" SERIAL PRIMARY KEY NOT NULL,
  "account" INTEGER NOT NULL REFERENCES "core_account" ("id") ON DELETE CASCADE,
  "digest" VARCHAR(64) UNIQUE NOT NULL DEFAULT '',
  "created_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "read_at" TIMESTAMPTZ,
  "stopped_at" TIMESTAMPTZ
);

CREATE INDEX "core_feed_account" ON "core_feed" ("account");
