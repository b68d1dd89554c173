CREATE TABLE "creche_desk" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "name" VARCHAR(120) UNIQUE NOT NULL DEFAULT '',
  "address" VARCHAR(200) NOT NULL DEFAULT '',
  "phone" VARCHAR(40) NOT NULL DEFAULT ''
);

CREATE TABLE "creche_facility" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "name" VARCHAR(200) NOT NULL DEFAULT '',
  "folded" VARCHAR(200) NOT NULL DEFAULT '',
  "kind" VARCHAR(30) NOT NULL DEFAULT '',
  "manager" VARCHAR(200) NOT NULL DEFAULT '',
  "address" VARCHAR(200) NOT NULL DEFAULT '',
  "postcode" VARCHAR(10) NOT NULL DEFAULT '',
  "city" VARCHAR(100) NOT NULL DEFAULT '',
  "quartier" INTEGER REFERENCES "core_quartier" ("id") ON DELETE SET NULL,
  "micro_quartier" VARCHAR(120) NOT NULL DEFAULT '',
  "places" INTEGER NOT NULL DEFAULT 0,
  "latitude" INTEGER,
  "longitude" INTEGER,
  "phone" VARCHAR(40) NOT NULL DEFAULT '',
  "email" VARCHAR(254) NOT NULL DEFAULT '',
  "hours" VARCHAR(120) NOT NULL DEFAULT '',
  "from_weeks" INTEGER NOT NULL DEFAULT 10,
  "to_months" INTEGER NOT NULL DEFAULT 36,
  "project" TEXT NOT NULL DEFAULT '',
  "languages" VARCHAR(200) NOT NULL DEFAULT '',
  "parent_support" TEXT NOT NULL DEFAULT '',
  "is_open" BOOLEAN NOT NULL DEFAULT true,
  "import_key" VARCHAR(200) UNIQUE NOT NULL DEFAULT ''
);

CREATE INDEX "creche_facility_folded" ON "creche_facility" ("folded");

CREATE TABLE "creche_frozen_count" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "month" VARCHAR(7) NOT NULL DEFAULT '',
  "quartier" VARCHAR(120) NOT NULL DEFAULT '',
  "age_group" VARCHAR(10) NOT NULL DEFAULT '',
  "children" INTEGER,
  CONSTRAINT "creche_frozen_count_once" UNIQUE ("month", "quartier", "age_group")
);

CREATE INDEX "creche_frozen_count_month" ON "creche_frozen_count" ("month");

CREATE TABLE "creche_application" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "number" VARCHAR(12) UNIQUE NOT NULL DEFAULT '',
  "demande" INTEGER UNIQUE NOT NULL REFERENCES "core_demande" ("id") ON DELETE RESTRICT,
  "account" INTEGER,
  "household" INTEGER REFERENCES "core_household" ("id") ON DELETE SET NULL,
  "child" INTEGER REFERENCES "core_child" ("id") ON DELETE SET NULL,
  "desk" INTEGER REFERENCES "creche_desk" ("id") ON DELETE SET NULL,
  "channel" VARCHAR(10) NOT NULL DEFAULT 'family',
  "entered_by" INTEGER,
  "answers" TEXT NOT NULL DEFAULT '{}',
  "created_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "submitted_at" TIMESTAMPTZ,
  "complete_at" TIMESTAMPTZ,
  "confirmed_at" TIMESTAMPTZ,
  "confirm_by" DATE,
  "quartier" INTEGER REFERENCES "core_quartier" ("id") ON DELETE SET NULL,
  "child_name" VARCHAR(200) NOT NULL DEFAULT '',
  "folded" VARCHAR(400) NOT NULL DEFAULT '',
  "same_child" VARCHAR(64) NOT NULL DEFAULT '',
  "reference_on" DATE,
  "is_expected" BOOLEAN NOT NULL DEFAULT false,
  "start_on" DATE,
  "start_month" VARCHAR(7) NOT NULL DEFAULT '',
  "age_group" VARCHAR(10) NOT NULL DEFAULT '',
  "half_days" INTEGER NOT NULL DEFAULT 0
);

CREATE INDEX "creche_application_account" ON "creche_application" ("account");

CREATE INDEX "creche_application_submitted_at" ON "creche_application" ("submitted_at");

CREATE INDEX "creche_application_confirm_by" ON "creche_application" ("confirm_by");

CREATE INDEX "creche_application_folded" ON "creche_application" ("folded");

CREATE INDEX "creche_application_same_child" ON "creche_application" ("same_child");

CREATE INDEX "creche_application_start_month" ON "creche_application" ("start_month");

CREATE TABLE "creche_capacity" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "facility" INTEGER NOT NULL REFERENCES "creche_facility" ("id") ON DELETE CASCADE,
  "age_group" VARCHAR(10) NOT NULL DEFAULT '',
  "weekday" INTEGER NOT NULL DEFAULT 0,
  "half" VARCHAR(2) NOT NULL DEFAULT '',
  "places" INTEGER NOT NULL DEFAULT 0,
  "free" INTEGER NOT NULL DEFAULT 0,
  "changed_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  CONSTRAINT "creche_capacity_once" UNIQUE ("facility", "age_group", "weekday", "half")
);

CREATE TABLE "creche_contact" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "application" INTEGER NOT NULL REFERENCES "creche_application" ("id") ON DELETE CASCADE,
  "facility" INTEGER REFERENCES "creche_facility" ("id") ON DELETE SET NULL,
  "at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "account" INTEGER NOT NULL DEFAULT 0,
  "outcome" VARCHAR(20) NOT NULL DEFAULT '',
  "note" TEXT NOT NULL DEFAULT ''
);

CREATE TABLE "creche_evidence" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "application" INTEGER NOT NULL REFERENCES "creche_application" ("id") ON DELETE CASCADE,
  "kind" VARCHAR(30) NOT NULL DEFAULT '',
  "seen_at" TIMESTAMPTZ,
  "seen_by" INTEGER,
  CONSTRAINT "creche_evidence_once" UNIQUE ("application", "kind")
);

CREATE TABLE "creche_need" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "application" INTEGER NOT NULL REFERENCES "creche_application" ("id") ON DELETE CASCADE,
  "rank" INTEGER NOT NULL DEFAULT 0,
  "slots" INTEGER NOT NULL DEFAULT 0,
  CONSTRAINT "creche_need_once" UNIQUE ("application", "rank")
);

CREATE TABLE "creche_receipt" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "application" INTEGER NOT NULL REFERENCES "creche_application" ("id") ON DELETE CASCADE,
  "version" INTEGER NOT NULL DEFAULT 0,
  "at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "content" TEXT NOT NULL DEFAULT '',
  "code" VARCHAR(64) NOT NULL DEFAULT '',
  CONSTRAINT "creche_receipt_once" UNIQUE ("application", "version")
);

CREATE TABLE "creche_wish" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "application" INTEGER NOT NULL REFERENCES "creche_application" ("id") ON DELETE CASCADE,
  "rank" INTEGER NOT NULL DEFAULT 0,
  "facility" INTEGER NOT NULL REFERENCES "creche_facility" ("id") ON DELETE RESTRICT,
  "contacted_at" TIMESTAMPTZ,
  CONSTRAINT "creche_wish_once" UNIQUE ("application", "facility")
);
