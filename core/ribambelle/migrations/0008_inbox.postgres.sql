ALTER TABLE "core_message" ADD COLUMN "read_at" TIMESTAMPTZ;

CREATE TABLE "core_conversation" (
  "id" SERIAL PRIMARY KEY NOT NULL,
  "account" INTEGER NOT NULL REFERENCES "core_account" ("id") ON DELETE CASCADE,
  "subject" VARCHAR(120) NOT NULL DEFAULT '',
  "demande" INTEGER REFERENCES "core_demande" ("id") ON DELETE SET NULL,
  "assigned_to" INTEGER,
  "last_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "unread_since" TIMESTAMPTZ,
  "waiting_since" TIMESTAMPTZ
);

CREATE INDEX "core_conversation_account" ON "core_conversation" ("account");

CREATE INDEX "core_conversation_last_at" ON "core_conversation" ("last_at");

CREATE INDEX "core_conversation_waiting_since" ON "core_conversation" ("waiting_since");

CREATE TABLE "core_letter" (
  "id" SERIAL PRIMARY KEY NOT NULL,
  "conversation" INTEGER NOT NULL REFERENCES "core_conversation" ("id") ON DELETE CASCADE,
  "side" VARCHAR(10) NOT NULL DEFAULT '',
  "author" INTEGER NOT NULL DEFAULT 0,
  "text" TEXT NOT NULL DEFAULT '',
  "document" INTEGER REFERENCES "core_document" ("id") ON DELETE SET NULL,
  "at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "read_at" TIMESTAMPTZ
);

CREATE INDEX "core_letter_conversation" ON "core_letter" ("conversation");
