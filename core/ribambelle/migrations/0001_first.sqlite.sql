CREATE TABLE "core_account" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "email" VARCHAR(254) UNIQUE NOT NULL DEFAULT '',
  "name" VARCHAR(200) NOT NULL DEFAULT '',
  "kind" VARCHAR(10) NOT NULL DEFAULT '',
  "password" TEXT,
  "totp" VARCHAR(64),
  "totp_step" INTEGER NOT NULL DEFAULT 0,
  "created_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "proved_at" TIMESTAMPTZ,
  "disabled_at" TIMESTAMPTZ
);

CREATE TABLE "core_household" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "created_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp
);

CREATE TABLE "core_quartier" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "name" VARCHAR(120) NOT NULL DEFAULT '',
  "folded" VARCHAR(120) UNIQUE NOT NULL DEFAULT '',
  "parent" INTEGER,
  "population" INTEGER NOT NULL DEFAULT 0,
  "latitude" INTEGER,
  "longitude" INTEGER
);

CREATE TABLE "core_attempt" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "key" VARCHAR(120) NOT NULL DEFAULT '',
  "window" INTEGER NOT NULL DEFAULT 0,
  "tries" INTEGER NOT NULL DEFAULT 0,
  CONSTRAINT "core_attempt_once" UNIQUE ("key", "window")
);

CREATE TABLE "core_demande" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "workflow" VARCHAR(40) NOT NULL DEFAULT '',
  "state" VARCHAR(30) NOT NULL DEFAULT '',
  "created_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "changed_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp
);

CREATE INDEX "core_demande_workflow" ON "core_demande" ("workflow");

CREATE INDEX "core_demande_state" ON "core_demande" ("state");

CREATE TABLE "core_job" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "plugin" VARCHAR(40) NOT NULL DEFAULT '',
  "name" VARCHAR(60) NOT NULL DEFAULT '',
  "payload" TEXT NOT NULL DEFAULT '{}',
  "once" VARCHAR(160) UNIQUE,
  "run_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "leased_until" TIMESTAMPTZ,
  "attempts" INTEGER NOT NULL DEFAULT 0,
  "error" TEXT NOT NULL DEFAULT ''
);

CREATE INDEX "core_job_run_at" ON "core_job" ("run_at");

CREATE TABLE "core_journal" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "number" INTEGER UNIQUE NOT NULL DEFAULT 0,
  "at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "account" INTEGER,
  "side" VARCHAR(10) NOT NULL DEFAULT '',
  "act" VARCHAR(60) NOT NULL DEFAULT '',
  "object" VARCHAR(80) NOT NULL DEFAULT '',
  "facts" TEXT NOT NULL DEFAULT '{}',
  "read_only" BOOLEAN NOT NULL DEFAULT false,
  "previous" VARCHAR(64) NOT NULL DEFAULT '',
  "digest" VARCHAR(64) NOT NULL DEFAULT ''
);

CREATE INDEX "core_journal_account" ON "core_journal" ("account");

CREATE INDEX "core_journal_object" ON "core_journal" ("object");

CREATE TABLE "core_message" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "kind" VARCHAR(60) NOT NULL DEFAULT '',
  "recipient" VARCHAR(254) NOT NULL DEFAULT '',
  "account" INTEGER,
  "subject" VARCHAR(200) NOT NULL DEFAULT '',
  "text" TEXT NOT NULL DEFAULT '',
  "created_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "sent_at" TIMESTAMPTZ
);

CREATE INDEX "core_message_recipient" ON "core_message" ("recipient");

CREATE INDEX "core_message_created_at" ON "core_message" ("created_at");

CREATE TABLE "core_token" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "digest" VARCHAR(64) UNIQUE NOT NULL DEFAULT '',
  "purpose" VARCHAR(20) NOT NULL DEFAULT '',
  "email" VARCHAR(254) NOT NULL DEFAULT '',
  "follow" VARCHAR(300) NOT NULL DEFAULT '',
  "created_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "expires_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "used_at" TIMESTAMPTZ
);

CREATE INDEX "core_token_expires_at" ON "core_token" ("expires_at");

CREATE TABLE "core_grant" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "account" INTEGER NOT NULL REFERENCES "core_account" ("id") ON DELETE CASCADE,
  "role" VARCHAR(40) NOT NULL DEFAULT '',
  "scope" VARCHAR(80) NOT NULL DEFAULT '',
  "given_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  CONSTRAINT "core_grant_once" UNIQUE ("account", "role", "scope")
);

CREATE TABLE "core_session" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "digest" VARCHAR(64) UNIQUE NOT NULL DEFAULT '',
  "account" INTEGER REFERENCES "core_account" ("id") ON DELETE CASCADE,
  "strong" BOOLEAN NOT NULL DEFAULT false,
  "data" TEXT NOT NULL DEFAULT '{}',
  "created_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "expires_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp
);

CREATE INDEX "core_session_expires_at" ON "core_session" ("expires_at");

CREATE TABLE "core_adult" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "household" INTEGER NOT NULL REFERENCES "core_household" ("id") ON DELETE CASCADE,
  "account" INTEGER REFERENCES "core_account" ("id") ON DELETE SET NULL,
  "rank" INTEGER NOT NULL DEFAULT 1,
  "given_name" VARCHAR(100) NOT NULL DEFAULT '',
  "family_name" VARCHAR(100) NOT NULL DEFAULT '',
  "email" VARCHAR(254) NOT NULL DEFAULT '',
  "phone" VARCHAR(40) NOT NULL DEFAULT '',
  "folded" VARCHAR(200) NOT NULL DEFAULT ''
);

CREATE INDEX "core_adult_folded" ON "core_adult" ("folded");

CREATE TABLE "core_child" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "household" INTEGER NOT NULL REFERENCES "core_household" ("id") ON DELETE CASCADE,
  "given_name" VARCHAR(100) NOT NULL DEFAULT '',
  "family_name" VARCHAR(100) NOT NULL DEFAULT '',
  "born_on" DATE,
  "due_on" DATE,
  "folded" VARCHAR(200) NOT NULL DEFAULT ''
);

CREATE INDEX "core_child_folded" ON "core_child" ("folded");

CREATE TABLE "core_address" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "household" INTEGER UNIQUE NOT NULL REFERENCES "core_household" ("id") ON DELETE CASCADE,
  "line" VARCHAR(200) NOT NULL DEFAULT '',
  "postcode" VARCHAR(10) NOT NULL DEFAULT '',
  "city" VARCHAR(100) NOT NULL DEFAULT '',
  "quartier" INTEGER REFERENCES "core_quartier" ("id") ON DELETE SET NULL
);

CREATE TABLE "core_history_step" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "demande" INTEGER NOT NULL REFERENCES "core_demande" ("id") ON DELETE CASCADE,
  "transition" VARCHAR(40) NOT NULL DEFAULT '',
  "source" VARCHAR(30) NOT NULL DEFAULT '',
  "target" VARCHAR(30) NOT NULL DEFAULT '',
  "at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "side" VARCHAR(10) NOT NULL DEFAULT '',
  "account" INTEGER,
  "reason" TEXT NOT NULL DEFAULT ''
);
