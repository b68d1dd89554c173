CREATE TABLE "core_consent" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "account" INTEGER NOT NULL DEFAULT 0,
  "subject" VARCHAR(60) NOT NULL DEFAULT '',
  "version" VARCHAR(20) NOT NULL DEFAULT '',
  "digest" VARCHAR(64) NOT NULL DEFAULT '',
  "words" TEXT NOT NULL DEFAULT '',
  "sealed" TEXT NOT NULL DEFAULT '',
  "given_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "given_by" INTEGER,
  "withdrawn_at" TIMESTAMPTZ,
  "withdrawn_by" INTEGER
);

CREATE INDEX "core_consent_account" ON "core_consent" ("account");

CREATE INDEX "core_consent_subject" ON "core_consent" ("subject");

CREATE TABLE "core_state_evidence" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "consent" INTEGER NOT NULL REFERENCES "core_consent" ("id") ON DELETE CASCADE,
  "account" INTEGER NOT NULL DEFAULT 0,
  "child" INTEGER,
  "kind" VARCHAR(20) NOT NULL DEFAULT '',
  "outcome" VARCHAR(20) NOT NULL DEFAULT '',
  "content" TEXT NOT NULL DEFAULT '{}',
  "request" VARCHAR(80) NOT NULL DEFAULT '',
  "way" VARCHAR(20) NOT NULL DEFAULT '',
  "fetched_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp
);

CREATE INDEX "core_state_evidence_consent" ON "core_state_evidence" ("consent");

CREATE INDEX "core_state_evidence_account" ON "core_state_evidence" ("account");
