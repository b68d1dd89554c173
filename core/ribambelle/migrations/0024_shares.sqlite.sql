CREATE TABLE "core_share" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "account" INTEGER NOT NULL REFERENCES "core_account" ("id") ON DELETE CASCADE,
  "kind" VARCHAR(60) NOT NULL DEFAULT '',
  "thing" INTEGER NOT NULL DEFAULT 0,
  "label" VARCHAR(200) NOT NULL DEFAULT '',
  "shared_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "shared_by" INTEGER,
  "until" DATE NOT NULL DEFAULT current_date,
  "ended_at" TIMESTAMPTZ,
  "ended_by" INTEGER
);

CREATE INDEX "core_share_account" ON "core_share" ("account");
