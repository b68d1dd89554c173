CREATE TABLE "core_information_page" (
  "id" SERIAL PRIMARY KEY NOT NULL,
  "slug" VARCHAR(80) UNIQUE NOT NULL DEFAULT '',
  "title" VARCHAR(120) NOT NULL DEFAULT '',
  "text" TEXT NOT NULL DEFAULT '',
  "rank" INTEGER NOT NULL DEFAULT 10,
  "is_published" BOOLEAN NOT NULL DEFAULT false,
  "version" INTEGER NOT NULL DEFAULT 1,
  "changed_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "changed_by" INTEGER
);

CREATE TABLE "core_download" (
  "id" SERIAL PRIMARY KEY NOT NULL,
  "page" INTEGER NOT NULL REFERENCES "core_information_page" ("id") ON DELETE CASCADE,
  "label" VARCHAR(120) NOT NULL DEFAULT '',
  "size" INTEGER NOT NULL DEFAULT 0,
  "content" TEXT NOT NULL DEFAULT '',
  "added_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "added_by" INTEGER
);

CREATE INDEX "core_download_page" ON "core_download" ("page");
