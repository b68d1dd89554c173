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

CREATE TABLE "core_help_session" (
  "id" SERIAL PRIMARY KEY NOT NULL,
  "day" DATE NOT NULL DEFAULT current_date,
  "begins" INTEGER NOT NULL DEFAULT 0,
  "ends" INTEGER NOT NULL DEFAULT 0,
  "slot" INTEGER NOT NULL DEFAULT 20,
  "seats" INTEGER NOT NULL DEFAULT 1,
  "place" VARCHAR(200) NOT NULL DEFAULT '',
  "about" VARCHAR(120) NOT NULL DEFAULT '',
  "created_by" INTEGER,
  "cancelled_at" TIMESTAMPTZ
);

CREATE INDEX "core_help_session_day" ON "core_help_session" ("day");

CREATE TABLE "core_appointment" (
  "id" SERIAL PRIMARY KEY NOT NULL,
  "session" INTEGER NOT NULL REFERENCES "core_help_session" ("id") ON DELETE CASCADE,
  "begins" INTEGER NOT NULL DEFAULT 0,
  "seat" INTEGER NOT NULL DEFAULT 0,
  "account" INTEGER NOT NULL REFERENCES "core_account" ("id") ON DELETE CASCADE,
  "booked_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "reminded_at" TIMESTAMPTZ,
  CONSTRAINT "core_appointment_once" UNIQUE ("session", "begins", "seat")
);

CREATE INDEX "core_appointment_account" ON "core_appointment" ("account");
