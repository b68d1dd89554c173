CREATE TABLE "core_errand" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "staff" INTEGER NOT NULL REFERENCES "core_account" ("id") ON DELETE CASCADE,
  "account" INTEGER NOT NULL REFERENCES "core_account" ("id") ON DELETE CASCADE,
  "reason" VARCHAR(10) NOT NULL DEFAULT '',
  "began_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "ends_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "ended_at" TIMESTAMPTZ,
  "told_at" TIMESTAMPTZ
);

CREATE INDEX "core_errand_account" ON "core_errand" ("account");
