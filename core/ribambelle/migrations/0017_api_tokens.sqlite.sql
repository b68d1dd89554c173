CREATE TABLE "core_api_token" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "name" VARCHAR(80) NOT NULL DEFAULT '',
  "scopes" TEXT NOT NULL DEFAULT '',
  "prefix" VARCHAR(16) UNIQUE NOT NULL DEFAULT '',
  "digest" VARCHAR(64) NOT NULL DEFAULT '',
  "created_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "created_by" INTEGER,
  "expires_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "last_used_at" TIMESTAMPTZ,
  "revoked_at" TIMESTAMPTZ,
  "revoked_by" INTEGER
);

CREATE TABLE "core_api_answer" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "token" INTEGER NOT NULL REFERENCES "core_api_token" ("id") ON DELETE CASCADE,
  "key" VARCHAR(64) NOT NULL DEFAULT '',
  "asked" VARCHAR(64) NOT NULL DEFAULT '',
  "status" INTEGER NOT NULL DEFAULT 0,
  "body" TEXT NOT NULL DEFAULT '',
  "at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  CONSTRAINT "core_api_answer_once" UNIQUE ("token", "key")
);

CREATE INDEX "core_api_answer_at" ON "core_api_answer" ("at");
