CREATE TABLE "periscolaire_opening" (
  "id" SERIAL PRIMARY KEY NOT NULL,
  "activity" INTEGER NOT NULL REFERENCES "periscolaire_activity" ("id") ON DELETE RESTRICT,
  "mode" VARCHAR(10) NOT NULL DEFAULT '',
  "name" VARCHAR(80) NOT NULL DEFAULT '',
  "first" DATE NOT NULL DEFAULT CURRENT_DATE,
  "last" DATE NOT NULL DEFAULT CURRENT_DATE,
  "begins_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "ends_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "span" VARCHAR(10) NOT NULL DEFAULT 'week',
  "rate" SMALLINT NOT NULL DEFAULT 50,
  "every" SMALLINT NOT NULL DEFAULT 5,
  "stay" SMALLINT NOT NULL DEFAULT 15,
  "seed" VARCHAR(64) NOT NULL DEFAULT '',
  "made_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "made_by" INTEGER,
  "cancelled_at" TIMESTAMPTZ,
  "decided_at" TIMESTAMPTZ,
  "decided_by" INTEGER,
  "published_at" TIMESTAMPTZ
);

CREATE INDEX "periscolaire_opening_activity" ON "periscolaire_opening" ("activity");

CREATE TABLE "periscolaire_arrival" (
  "id" SERIAL PRIMARY KEY NOT NULL,
  "opening" INTEGER NOT NULL REFERENCES "periscolaire_opening" ("id") ON DELETE CASCADE,
  "household" INTEGER NOT NULL REFERENCES "core_household" ("id") ON DELETE CASCADE,
  "account" INTEGER NOT NULL DEFAULT 0,
  "round" SMALLINT NOT NULL DEFAULT 0,
  "at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "place" VARCHAR(80) NOT NULL DEFAULT '',
  "step" SMALLINT,
  CONSTRAINT "periscolaire_arrival_once" UNIQUE ("opening", "household", "round"),
  CONSTRAINT "periscolaire_arrival_served" UNIQUE ("opening", "place")
);

CREATE TABLE "periscolaire_wish_request" (
  "id" SERIAL PRIMARY KEY NOT NULL,
  "opening" INTEGER NOT NULL REFERENCES "periscolaire_opening" ("id") ON DELETE CASCADE,
  "household" INTEGER NOT NULL REFERENCES "core_household" ("id") ON DELETE CASCADE,
  "adult" INTEGER NOT NULL REFERENCES "core_adult" ("id") ON DELETE CASCADE,
  "account" INTEGER,
  "declared" TEXT NOT NULL DEFAULT '',
  "kept" TEXT,
  "sent_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "rank" INTEGER,
  "points" INTEGER,
  "given" SMALLINT,
  "refusals" TEXT NOT NULL DEFAULT '[]',
  "placed_at" TIMESTAMPTZ,
  CONSTRAINT "periscolaire_wish_request_once" UNIQUE ("opening", "household")
);

CREATE TABLE "periscolaire_wish" (
  "id" SERIAL PRIMARY KEY NOT NULL,
  "request" INTEGER NOT NULL REFERENCES "periscolaire_wish_request" ("id") ON DELETE CASCADE,
  "rank" SMALLINT NOT NULL DEFAULT 0,
  "unit" INTEGER NOT NULL REFERENCES "periscolaire_unit" ("id") ON DELETE RESTRICT,
  "spans" TEXT NOT NULL DEFAULT '',
  CONSTRAINT "periscolaire_wish_once" UNIQUE ("request", "rank")
);

CREATE TABLE "periscolaire_wish_child" (
  "id" SERIAL PRIMARY KEY NOT NULL,
  "request" INTEGER NOT NULL REFERENCES "periscolaire_wish_request" ("id") ON DELETE CASCADE,
  "child" INTEGER NOT NULL REFERENCES "core_child" ("id") ON DELETE CASCADE,
  CONSTRAINT "periscolaire_wish_child_once" UNIQUE ("request", "child")
);

CREATE INDEX "periscolaire_wish_child_child" ON "periscolaire_wish_child" ("child");
