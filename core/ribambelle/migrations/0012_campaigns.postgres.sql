CREATE TABLE "core_campaign" (
  "id" SERIAL PRIMARY KEY NOT NULL,
  "state" VARCHAR(10) NOT NULL DEFAULT 'draft',
  "version" INTEGER NOT NULL DEFAULT 1,
  "groups" TEXT NOT NULL DEFAULT '[]',
  "labels" TEXT NOT NULL DEFAULT '',
  "subject" VARCHAR(120) NOT NULL DEFAULT '',
  "body" TEXT NOT NULL DEFAULT '',
  "reached" INTEGER NOT NULL DEFAULT 0,
  "unreached" INTEGER NOT NULL DEFAULT 0,
  "created_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "created_by" INTEGER,
  "sent_at" TIMESTAMPTZ,
  "sent_by" INTEGER,
  "ended_at" TIMESTAMPTZ
);

CREATE INDEX "core_campaign_created_at" ON "core_campaign" ("created_at");

CREATE TABLE "core_campaign_recipient" (
  "id" SERIAL PRIMARY KEY NOT NULL,
  "campaign" INTEGER NOT NULL REFERENCES "core_campaign" ("id") ON DELETE CASCADE,
  "key" VARCHAR(254) NOT NULL DEFAULT '',
  "adult" INTEGER REFERENCES "core_adult" ("id") ON DELETE SET NULL,
  "account" INTEGER,
  "name" VARCHAR(210) NOT NULL DEFAULT '',
  "given_name" VARCHAR(100) NOT NULL DEFAULT '',
  "channel" VARCHAR(10) NOT NULL DEFAULT '',
  "message" INTEGER REFERENCES "core_message" ("id") ON DELETE SET NULL,
  CONSTRAINT "core_campaign_recipient_once" UNIQUE ("campaign", "key")
);
