ALTER TABLE "assmat_childminder" ADD COLUMN "hidden_why" VARCHAR(300) NOT NULL DEFAULT '';

ALTER TABLE "assmat_declared" ADD COLUMN "validated_at" TIMESTAMPTZ;

ALTER TABLE "assmat_register" ADD COLUMN "mapping" TEXT NOT NULL DEFAULT '{}';

ALTER TABLE "assmat_register" ADD COLUMN "digest" VARCHAR(64) NOT NULL DEFAULT '';

ALTER TABLE "assmat_register" ADD COLUMN "source" VARCHAR(8) NOT NULL DEFAULT 'desk';

ALTER TABLE "assmat_register" ADD COLUMN "stopped" VARCHAR(12) NOT NULL DEFAULT '';

CREATE TABLE "assmat_event" (
  "id" SERIAL PRIMARY KEY NOT NULL,
  "relais" INTEGER NOT NULL DEFAULT 0,
  "title" VARCHAR(120) NOT NULL DEFAULT '',
  "place" VARCHAR(120) NOT NULL DEFAULT '',
  "day" DATE NOT NULL DEFAULT CURRENT_DATE,
  "begins" SMALLINT NOT NULL DEFAULT 0,
  "ends" SMALLINT NOT NULL DEFAULT 0,
  "places" SMALLINT NOT NULL DEFAULT 0,
  "words" TEXT NOT NULL DEFAULT '',
  "cancelled_at" TIMESTAMPTZ,
  "created_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp
);

CREATE INDEX "assmat_event_relais" ON "assmat_event" ("relais");

CREATE TABLE "assmat_care" (
  "id" SERIAL PRIMARY KEY NOT NULL,
  "childminder" INTEGER NOT NULL REFERENCES "assmat_childminder" ("id") ON DELETE CASCADE,
  "given_name" VARCHAR(80) NOT NULL DEFAULT '',
  "born_on" DATE NOT NULL DEFAULT CURRENT_DATE,
  "guardian" VARCHAR(160) NOT NULL DEFAULT '',
  "began_on" DATE NOT NULL DEFAULT CURRENT_DATE,
  "ended_on" DATE,
  "planning" VARCHAR(8) NOT NULL DEFAULT '',
  "moments" BIGINT NOT NULL DEFAULT 0
);

CREATE INDEX "assmat_care_childminder" ON "assmat_care" ("childminder");

CREATE TABLE "assmat_attendance" (
  "id" SERIAL PRIMARY KEY NOT NULL,
  "event" INTEGER NOT NULL REFERENCES "assmat_event" ("id") ON DELETE CASCADE,
  "childminder" INTEGER NOT NULL REFERENCES "assmat_childminder" ("id") ON DELETE CASCADE,
  "registered_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  CONSTRAINT "assmat_attendance_once" UNIQUE ("event", "childminder")
);

CREATE INDEX "assmat_attendance_childminder" ON "assmat_attendance" ("childminder");

CREATE TABLE "assmat_statement" (
  "id" SERIAL PRIMARY KEY NOT NULL,
  "childminder" INTEGER NOT NULL REFERENCES "assmat_childminder" ("id") ON DELETE CASCADE,
  "care" INTEGER REFERENCES "assmat_care" ("id") ON DELETE CASCADE,
  "kind" VARCHAR(10) NOT NULL DEFAULT '',
  "day" DATE NOT NULL DEFAULT CURRENT_DATE,
  "words" TEXT NOT NULL DEFAULT '',
  "sent_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "read_at" TIMESTAMPTZ,
  "read_by" INTEGER
);

CREATE INDEX "assmat_statement_childminder" ON "assmat_statement" ("childminder");

CREATE INDEX "assmat_statement_read_at" ON "assmat_statement" ("read_at");
