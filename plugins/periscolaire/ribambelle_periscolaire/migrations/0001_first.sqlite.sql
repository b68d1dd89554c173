CREATE TABLE "periscolaire_activity" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "code" VARCHAR(40) UNIQUE NOT NULL DEFAULT '',
  "name" VARCHAR(80) NOT NULL DEFAULT '',
  "kind" VARCHAR(10) NOT NULL DEFAULT '',
  "position" INTEGER NOT NULL DEFAULT 0,
  "runs" VARCHAR(10) NOT NULL DEFAULT 'school',
  "booked" VARCHAR(10) NOT NULL DEFAULT 'online',
  "place" TEXT NOT NULL DEFAULT '',
  "cut_off" VARCHAR(40) NOT NULL DEFAULT '',
  "regime" VARCHAR(20) NOT NULL DEFAULT '',
  "regie" VARCHAR(40) NOT NULL DEFAULT '',
  "tax_care" BOOLEAN NOT NULL DEFAULT false,
  "is_open" BOOLEAN NOT NULL DEFAULT true
);

CREATE TABLE "periscolaire_price" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "digest" VARCHAR(64) UNIQUE NOT NULL DEFAULT '',
  "tariff" VARCHAR(80) NOT NULL DEFAULT '',
  "cents" INTEGER NOT NULL DEFAULT 0,
  "inputs" TEXT NOT NULL DEFAULT '',
  "steps" TEXT NOT NULL DEFAULT ''
);

CREATE TABLE "periscolaire_edition" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "mark" VARCHAR(32) NOT NULL DEFAULT ''
);

CREATE TABLE "periscolaire_rules" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "version" VARCHAR(40) UNIQUE NOT NULL DEFAULT '',
  "text" TEXT NOT NULL DEFAULT '',
  "first" DATE NOT NULL DEFAULT CURRENT_DATE,
  "written_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "written_by" INTEGER
);

CREATE TABLE "periscolaire_event" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "child" INTEGER NOT NULL DEFAULT 0,
  "day" DATE NOT NULL DEFAULT CURRENT_DATE,
  "unit" INTEGER NOT NULL DEFAULT 0,
  "group" INTEGER NOT NULL DEFAULT 0,
  "act" VARCHAR(10) NOT NULL DEFAULT '',
  "state" VARCHAR(10) NOT NULL DEFAULT '',
  "price" INTEGER,
  "payer" INTEGER,
  "account" INTEGER,
  "side" VARCHAR(10) NOT NULL DEFAULT 'family',
  "at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp
);

CREATE INDEX "periscolaire_event_child" ON "periscolaire_event" ("child");

CREATE TABLE "periscolaire_request" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "key" VARCHAR(64) NOT NULL DEFAULT '',
  "account" INTEGER NOT NULL DEFAULT 0,
  "answer" TEXT NOT NULL DEFAULT '',
  "at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  CONSTRAINT "periscolaire_request_once" UNIQUE ("account", "key")
);

CREATE INDEX "periscolaire_request_at" ON "periscolaire_request" ("at");

CREATE TABLE "periscolaire_situation" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "household" INTEGER NOT NULL REFERENCES "core_household" ("id") ON DELETE CASCADE,
  "first" DATE NOT NULL DEFAULT CURRENT_DATE,
  "quotient_familial" INTEGER,
  "is_resident" BOOLEAN,
  "source" VARCHAR(12) NOT NULL DEFAULT '',
  "written_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "written_by" INTEGER,
  CONSTRAINT "periscolaire_situation_once" UNIQUE ("household", "first")
);

CREATE TABLE "periscolaire_closure" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "first" DATE NOT NULL DEFAULT CURRENT_DATE,
  "last" DATE NOT NULL DEFAULT CURRENT_DATE,
  "reason" VARCHAR(10) NOT NULL DEFAULT '',
  "activity" INTEGER REFERENCES "periscolaire_activity" ("id") ON DELETE RESTRICT,
  "school" INTEGER REFERENCES "core_school" ("id") ON DELETE RESTRICT,
  "class_name" VARCHAR(40) NOT NULL DEFAULT '',
  "note" VARCHAR(200) NOT NULL DEFAULT '',
  "declared_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "declared_by" INTEGER,
  "lifted_at" TIMESTAMPTZ
);

CREATE TABLE "periscolaire_group" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "activity" INTEGER NOT NULL REFERENCES "periscolaire_activity" ("id") ON DELETE RESTRICT,
  "name" VARCHAR(80) NOT NULL DEFAULT '',
  "school" INTEGER REFERENCES "core_school" ("id") ON DELETE RESTRICT,
  "from_age" INTEGER NOT NULL DEFAULT 2,
  "to_age" INTEGER NOT NULL DEFAULT 17,
  "licence" INTEGER,
  "room" INTEGER,
  "staff" INTEGER,
  "is_open" BOOLEAN NOT NULL DEFAULT true
);

CREATE INDEX "periscolaire_group_activity" ON "periscolaire_group" ("activity");

CREATE TABLE "periscolaire_unit" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "activity" INTEGER NOT NULL REFERENCES "periscolaire_activity" ("id") ON DELETE RESTRICT,
  "code" VARCHAR(40) NOT NULL DEFAULT '',
  "name" VARCHAR(80) NOT NULL DEFAULT '',
  "position" INTEGER NOT NULL DEFAULT 0,
  "begins" INTEGER NOT NULL DEFAULT 0,
  "ends" INTEGER NOT NULL DEFAULT 0,
  "weekdays" INTEGER NOT NULL DEFAULT 127,
  "parts" INTEGER NOT NULL DEFAULT 1,
  "is_meal" BOOLEAN NOT NULL DEFAULT false,
  "choice" VARCHAR(20) NOT NULL DEFAULT '',
  "needs" INTEGER,
  "is_open" BOOLEAN NOT NULL DEFAULT true,
  CONSTRAINT "periscolaire_unit_once" UNIQUE ("activity", "code")
);

CREATE INDEX "periscolaire_unit_activity" ON "periscolaire_unit" ("activity");

CREATE TABLE "periscolaire_enrolment" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "demande" INTEGER UNIQUE NOT NULL REFERENCES "core_demande" ("id") ON DELETE RESTRICT,
  "child" INTEGER NOT NULL REFERENCES "core_child" ("id") ON DELETE CASCADE,
  "year" INTEGER NOT NULL DEFAULT 0,
  "account" INTEGER,
  "rules" INTEGER REFERENCES "periscolaire_rules" ("id") ON DELETE RESTRICT,
  "accepted_at" TIMESTAMPTZ,
  CONSTRAINT "periscolaire_enrolment_once" UNIQUE ("child", "year")
);

CREATE TABLE "periscolaire_load" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "group" INTEGER NOT NULL REFERENCES "periscolaire_group" ("id") ON DELETE RESTRICT,
  "day" DATE NOT NULL DEFAULT CURRENT_DATE,
  "part" INTEGER NOT NULL DEFAULT 0,
  "taken" INTEGER NOT NULL DEFAULT 0,
  "waiting" INTEGER NOT NULL DEFAULT 0,
  "staff" INTEGER,
  CONSTRAINT "periscolaire_load_once" UNIQUE ("group", "day", "part")
);

CREATE TABLE "periscolaire_booking" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "child" INTEGER NOT NULL REFERENCES "core_child" ("id") ON DELETE CASCADE,
  "day" DATE NOT NULL DEFAULT CURRENT_DATE,
  "unit" INTEGER NOT NULL REFERENCES "periscolaire_unit" ("id") ON DELETE RESTRICT,
  "group" INTEGER NOT NULL REFERENCES "periscolaire_group" ("id") ON DELETE RESTRICT,
  "state" VARCHAR(10) NOT NULL DEFAULT '',
  "payer" INTEGER REFERENCES "core_adult" ("id") ON DELETE SET NULL,
  "price" INTEGER REFERENCES "periscolaire_price" ("id") ON DELETE RESTRICT,
  "absence" VARCHAR(20) NOT NULL DEFAULT '',
  "offered_until" TIMESTAMPTZ,
  "line" INTEGER NOT NULL DEFAULT 0,
  "changed_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  CONSTRAINT "periscolaire_booking_once" UNIQUE ("child", "day", "unit"),
  CONSTRAINT "periscolaire_booking_listed" UNIQUE ("day", "group", "unit", "child")
);

CREATE TABLE "periscolaire_enrolled" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "enrolment" INTEGER NOT NULL REFERENCES "periscolaire_enrolment" ("id") ON DELETE CASCADE,
  "activity" INTEGER NOT NULL REFERENCES "periscolaire_activity" ("id") ON DELETE RESTRICT,
  CONSTRAINT "periscolaire_enrolled_once" UNIQUE ("enrolment", "activity")
);

CREATE INDEX "periscolaire_enrolled_activity" ON "periscolaire_enrolled" ("activity");

-- What happened to a booking is never rewritten: the database itself refuses, whatever program asks.
CREATE TRIGGER "periscolaire_event_kept_as_written" BEFORE UPDATE ON "periscolaire_event" BEGIN
  SELECT RAISE(ABORT, 'periscolaire_event is append-only');
END;

CREATE TRIGGER "periscolaire_event_kept" BEFORE DELETE ON "periscolaire_event" BEGIN
  SELECT RAISE(ABORT, 'periscolaire_event is append-only');
END;

-- INSERT OR REPLACE removes a line without asking the trigger above
CREATE TRIGGER "periscolaire_event_never_replaced" BEFORE INSERT ON "periscolaire_event"
WHEN EXISTS (SELECT 1 FROM "periscolaire_event" WHERE "id" = NEW."id") BEGIN
  SELECT RAISE(ABORT, 'periscolaire_event is append-only');
END;
