ALTER TABLE "core_message" ADD COLUMN "channel" VARCHAR(10) NOT NULL DEFAULT 'email';

ALTER TABLE "core_message" ADD COLUMN "tried_at" TIMESTAMPTZ;

CREATE INDEX "core_message_account" ON "core_message" ("account");

CREATE TABLE "core_message_text" (
  "id" SERIAL PRIMARY KEY NOT NULL,
  "code" VARCHAR(60) UNIQUE NOT NULL DEFAULT '',
  "is_own" BOOLEAN NOT NULL DEFAULT false,
  "subject" VARCHAR(200) NOT NULL DEFAULT '',
  "body" TEXT NOT NULL DEFAULT '',
  "sms" TEXT NOT NULL DEFAULT '',
  "version" INTEGER NOT NULL DEFAULT 0,
  "changed_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "changed_by" INTEGER
);

CREATE TABLE "core_message_choice" (
  "id" SERIAL PRIMARY KEY NOT NULL,
  "account" INTEGER NOT NULL REFERENCES "core_account" ("id") ON DELETE CASCADE,
  "code" VARCHAR(60) NOT NULL DEFAULT '',
  "channel" VARCHAR(10) NOT NULL DEFAULT '',
  CONSTRAINT "core_message_choice_once" UNIQUE ("account", "code")
);

CREATE TABLE "core_message_phone" (
  "id" SERIAL PRIMARY KEY NOT NULL,
  "account" INTEGER UNIQUE NOT NULL REFERENCES "core_account" ("id") ON DELETE CASCADE,
  "number" VARCHAR(20) NOT NULL DEFAULT ''
);
