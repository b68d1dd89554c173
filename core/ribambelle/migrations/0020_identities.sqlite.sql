CREATE TABLE "core_passkey" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "account" INTEGER NOT NULL REFERENCES "core_account" ("id") ON DELETE CASCADE,
  "digest" VARCHAR(64) UNIQUE NOT NULL DEFAULT '',
  "credential" TEXT NOT NULL DEFAULT '',
  "public_key" TEXT NOT NULL DEFAULT '',
  "counter" INTEGER NOT NULL DEFAULT 0,
  "name" VARCHAR(60) NOT NULL DEFAULT '',
  "added_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "used_at" TIMESTAMPTZ
);

CREATE INDEX "core_passkey_account" ON "core_passkey" ("account");

CREATE TABLE "core_state_identity" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "account" INTEGER NOT NULL REFERENCES "core_account" ("id") ON DELETE CASCADE,
  "provider" VARCHAR(20) NOT NULL DEFAULT '',
  "client" VARCHAR(200) NOT NULL DEFAULT '',
  "source" VARCHAR(100) NOT NULL DEFAULT '',
  "sub" VARCHAR(255) NOT NULL DEFAULT '',
  "linked_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "used_at" TIMESTAMPTZ,
  CONSTRAINT "core_state_identity_once" UNIQUE ("provider", "client", "source", "sub"),
  CONSTRAINT "core_state_identity_mine" UNIQUE ("account", "provider", "client")
);
