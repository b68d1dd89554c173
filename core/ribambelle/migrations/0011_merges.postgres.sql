CREATE TABLE "core_merge" (
  "id" SERIAL PRIMARY KEY NOT NULL,
  "kept" INTEGER NOT NULL DEFAULT 0,
  "gone" INTEGER NOT NULL DEFAULT 0,
  "verdict" VARCHAR(10) NOT NULL DEFAULT '',
  "undoing" TEXT NOT NULL DEFAULT '',
  "at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "by" INTEGER,
  "undone_at" TIMESTAMPTZ
);

CREATE INDEX "core_merge_kept" ON "core_merge" ("kept");

CREATE INDEX "core_merge_gone" ON "core_merge" ("gone");
