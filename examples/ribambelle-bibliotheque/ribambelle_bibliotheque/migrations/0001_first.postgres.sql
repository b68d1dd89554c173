CREATE TABLE "bibliotheque_card" (
  "id" SERIAL PRIMARY KEY NOT NULL,
  "demande" INTEGER UNIQUE NOT NULL REFERENCES "core_demande" ("id") ON DELETE RESTRICT,
  "child" INTEGER NOT NULL REFERENCES "core_child" ("id") ON DELETE CASCADE,
  "account" INTEGER,
  "payer" INTEGER REFERENCES "core_adult" ("id") ON DELETE SET NULL,
  "asked_at" TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "cents" INTEGER NOT NULL DEFAULT 0,
  "given_on" DATE,
  "until" DATE
);

CREATE INDEX "bibliotheque_card_child" ON "bibliotheque_card" ("child");

CREATE TABLE "bibliotheque_activity" (
  "id" SERIAL PRIMARY KEY NOT NULL,
  "title" VARCHAR(80) NOT NULL DEFAULT '',
  "told" TEXT NOT NULL DEFAULT '',
  "place" VARCHAR(120) NOT NULL DEFAULT '',
  "day" DATE NOT NULL DEFAULT CURRENT_DATE,
  "begins" SMALLINT NOT NULL DEFAULT 0,
  "lasts" SMALLINT NOT NULL DEFAULT 60,
  "places" SMALLINT NOT NULL DEFAULT 0,
  "from_age" SMALLINT NOT NULL DEFAULT 0,
  "to_age" SMALLINT NOT NULL DEFAULT 0,
  "cents" INTEGER NOT NULL DEFAULT 0,
  "cancelled_at" TIMESTAMPTZ
);

CREATE INDEX "bibliotheque_activity_day" ON "bibliotheque_activity" ("day");

CREATE TABLE "bibliotheque_registration" (
  "id" SERIAL PRIMARY KEY NOT NULL,
  "activity" INTEGER NOT NULL REFERENCES "bibliotheque_activity" ("id") ON DELETE RESTRICT,
  "child" INTEGER NOT NULL REFERENCES "core_child" ("id") ON DELETE CASCADE,
  "account" INTEGER,
  "payer" INTEGER REFERENCES "core_adult" ("id") ON DELETE SET NULL,
  "state" VARCHAR(10) NOT NULL DEFAULT '',
  "at" TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "cents" INTEGER NOT NULL DEFAULT 0,
  "reminded_at" TIMESTAMPTZ
);

CREATE INDEX "bibliotheque_registration_activity" ON "bibliotheque_registration" ("activity");
CREATE INDEX "bibliotheque_registration_child" ON "bibliotheque_registration" ("child");

CREATE TABLE "bibliotheque_figure" (
  "id" SERIAL PRIMARY KEY NOT NULL,
  "month" VARCHAR(7) UNIQUE NOT NULL DEFAULT '',
  "cards" INTEGER,
  "registrations" INTEGER
);
