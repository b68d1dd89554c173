CREATE TABLE "periscolaire_attendance" (
  "id" SERIAL PRIMARY KEY NOT NULL,
  "child" INTEGER NOT NULL REFERENCES "core_child" ("id") ON DELETE CASCADE,
  "day" DATE NOT NULL DEFAULT CURRENT_DATE,
  "unit" INTEGER NOT NULL REFERENCES "periscolaire_unit" ("id") ON DELETE RESTRICT,
  "group" INTEGER NOT NULL REFERENCES "periscolaire_group" ("id") ON DELETE RESTRICT,
  "state" VARCHAR(10) NOT NULL DEFAULT '',
  "absence" VARCHAR(20) NOT NULL DEFAULT '',
  "arrived" SMALLINT,
  "left" SMALLINT,
  "is_unplanned" BOOLEAN NOT NULL DEFAULT false,
  "has_conflict" BOOLEAN NOT NULL DEFAULT false,
  "changed_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  CONSTRAINT "periscolaire_attendance_once" UNIQUE ("child", "day", "unit"),
  CONSTRAINT "periscolaire_attendance_listed" UNIQUE ("day", "group", "unit", "child")
);

CREATE TABLE "periscolaire_device" (
  "id" SERIAL PRIMARY KEY NOT NULL,
  "school" INTEGER NOT NULL REFERENCES "core_school" ("id") ON DELETE CASCADE,
  "name" VARCHAR(80) NOT NULL DEFAULT '',
  "code" VARCHAR(64) NOT NULL DEFAULT '',
  "code_until" TIMESTAMPTZ,
  "secret" VARCHAR(64) NOT NULL DEFAULT '',
  "made_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "made_by" INTEGER,
  "paired_at" TIMESTAMPTZ,
  "expires_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "revoked_at" TIMESTAMPTZ
);

CREATE INDEX "periscolaire_device_school" ON "periscolaire_device" ("school");

CREATE INDEX "periscolaire_device_secret" ON "periscolaire_device" ("secret");

CREATE TABLE "periscolaire_due" (
  "id" SERIAL PRIMARY KEY NOT NULL,
  "child" INTEGER NOT NULL REFERENCES "core_child" ("id") ON DELETE CASCADE,
  "day" DATE NOT NULL DEFAULT CURRENT_DATE,
  "unit" INTEGER NOT NULL REFERENCES "periscolaire_unit" ("id") ON DELETE RESTRICT,
  "nature" VARCHAR(10) NOT NULL DEFAULT '',
  "what" VARCHAR(10) NOT NULL DEFAULT '',
  "payer" INTEGER REFERENCES "core_adult" ("id") ON DELETE SET NULL,
  "price" INTEGER NOT NULL REFERENCES "periscolaire_price" ("id") ON DELETE RESTRICT,
  "written_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  CONSTRAINT "periscolaire_due_once" UNIQUE ("child", "day", "unit", "nature"),
  CONSTRAINT "periscolaire_due_listed" UNIQUE ("day", "unit", "child", "nature")
);

CREATE TABLE "periscolaire_eaten" (
  "id" SERIAL PRIMARY KEY NOT NULL,
  "day" DATE NOT NULL DEFAULT CURRENT_DATE,
  "group" INTEGER NOT NULL REFERENCES "periscolaire_group" ("id") ON DELETE RESTRICT,
  "unit" INTEGER NOT NULL REFERENCES "periscolaire_unit" ("id") ON DELETE RESTRICT,
  "meals" SMALLINT NOT NULL DEFAULT 0,
  "counted_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "counted_by" INTEGER,
  CONSTRAINT "periscolaire_eaten_once" UNIQUE ("day", "group", "unit")
);

CREATE TABLE "periscolaire_mark" (
  "id" SERIAL PRIMARY KEY NOT NULL,
  "event" VARCHAR(36) UNIQUE NOT NULL DEFAULT '',
  "child" INTEGER NOT NULL REFERENCES "core_child" ("id") ON DELETE CASCADE,
  "day" DATE NOT NULL DEFAULT CURRENT_DATE,
  "unit" INTEGER NOT NULL REFERENCES "periscolaire_unit" ("id") ON DELETE RESTRICT,
  "act" VARCHAR(10) NOT NULL DEFAULT '',
  "absence" VARCHAR(20) NOT NULL DEFAULT '',
  "arrived" SMALLINT,
  "left" SMALLINT,
  "device" INTEGER,
  "account" INTEGER,
  "is_correction" BOOLEAN NOT NULL DEFAULT false,
  "reason" TEXT NOT NULL DEFAULT '',
  "at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "received_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp
);

CREATE TABLE "periscolaire_order" (
  "id" SERIAL PRIMARY KEY NOT NULL,
  "day" DATE NOT NULL DEFAULT CURRENT_DATE,
  "group" INTEGER NOT NULL REFERENCES "periscolaire_group" ("id") ON DELETE RESTRICT,
  "unit" INTEGER NOT NULL REFERENCES "periscolaire_unit" ("id") ON DELETE RESTRICT,
  "meals" SMALLINT NOT NULL DEFAULT 0,
  "diets" TEXT NOT NULL DEFAULT '{}',
  "cut_off" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "kept_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  CONSTRAINT "periscolaire_order_once" UNIQUE ("day", "group", "unit")
);

CREATE TABLE "periscolaire_roll" (
  "id" SERIAL PRIMARY KEY NOT NULL,
  "activity" INTEGER NOT NULL REFERENCES "periscolaire_activity" ("id") ON DELETE RESTRICT,
  "day" DATE NOT NULL DEFAULT CURRENT_DATE,
  "locked_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "locked_by" INTEGER,
  CONSTRAINT "periscolaire_roll_once" UNIQUE ("activity", "day")
);

CREATE INDEX "periscolaire_event_day" ON "periscolaire_event" ("day");
