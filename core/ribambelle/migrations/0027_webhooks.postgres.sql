CREATE TABLE "core_webhook" (
  "id" SERIAL PRIMARY KEY NOT NULL,
  "code" VARCHAR(16) UNIQUE NOT NULL DEFAULT '',
  "name" VARCHAR(80) NOT NULL DEFAULT '',
  "address" VARCHAR(400) NOT NULL DEFAULT '',
  "kinds" TEXT NOT NULL DEFAULT '',
  "secret" TEXT NOT NULL DEFAULT '',
  "created_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "created_by" INTEGER,
  "held_until" TIMESTAMPTZ
);

CREATE TABLE "core_webhook_delivery" (
  "id" SERIAL PRIMARY KEY NOT NULL,
  "webhook" INTEGER NOT NULL REFERENCES "core_webhook" ("id") ON DELETE CASCADE,
  "step" INTEGER NOT NULL DEFAULT 0,
  "event" VARCHAR(40) UNIQUE NOT NULL DEFAULT '',
  "kind" VARCHAR(80) NOT NULL DEFAULT '',
  "body" TEXT NOT NULL DEFAULT '',
  "at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "state" VARCHAR(10) NOT NULL DEFAULT '',
  "since" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "tries" INTEGER NOT NULL DEFAULT 0,
  "next_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "answered" SMALLINT,
  "trouble" VARCHAR(40) NOT NULL DEFAULT '',
  "tried_at" TIMESTAMPTZ,
  CONSTRAINT "core_webhook_delivery_once" UNIQUE ("webhook", "step")
);

CREATE INDEX "core_webhook_delivery_at" ON "core_webhook_delivery" ("at");
