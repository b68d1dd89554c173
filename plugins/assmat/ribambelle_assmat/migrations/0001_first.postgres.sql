CREATE TABLE "assmat_childminder" (
  "id" SERIAL PRIMARY KEY NOT NULL,
  "number" VARCHAR(20) UNIQUE NOT NULL DEFAULT '',
  "family_name" VARCHAR(80) NOT NULL DEFAULT '',
  "usual_name" VARCHAR(80) NOT NULL DEFAULT '',
  "given_name" VARCHAR(80) NOT NULL DEFAULT '',
  "folded" VARCHAR(250) NOT NULL DEFAULT '',
  "born_on" DATE,
  "status" VARCHAR(10) NOT NULL DEFAULT '',
  "activity" VARCHAR(10) NOT NULL DEFAULT '',
  "first" DATE NOT NULL DEFAULT CURRENT_DATE,
  "last" DATE NOT NULL DEFAULT CURRENT_DATE,
  "line" VARCHAR(120) NOT NULL DEFAULT '',
  "postcode" VARCHAR(5) NOT NULL DEFAULT '',
  "city" VARCHAR(80) NOT NULL DEFAULT '',
  "city_folded" VARCHAR(80) NOT NULL DEFAULT '',
  "insee" VARCHAR(5) NOT NULL DEFAULT '',
  "quartier" VARCHAR(80) NOT NULL DEFAULT '',
  "latitude" INTEGER,
  "longitude" INTEGER,
  "is_hidden" BOOLEAN NOT NULL DEFAULT false,
  "gone_at" TIMESTAMPTZ,
  "changed_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp
);

CREATE INDEX "assmat_childminder_folded" ON "assmat_childminder" ("folded");

CREATE INDEX "assmat_childminder_postcode" ON "assmat_childminder" ("postcode");

CREATE INDEX "assmat_childminder_city_folded" ON "assmat_childminder" ("city_folded");

CREATE TABLE "assmat_register" (
  "id" SERIAL PRIMARY KEY NOT NULL,
  "content" TEXT NOT NULL DEFAULT '',
  "outcome" TEXT NOT NULL DEFAULT '{}',
  "refused" TEXT NOT NULL DEFAULT '[]',
  "created_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "created_by" INTEGER,
  "done_at" TIMESTAMPTZ
);

CREATE TABLE "assmat_declared" (
  "id" SERIAL PRIMARY KEY NOT NULL,
  "childminder" INTEGER UNIQUE NOT NULL REFERENCES "assmat_childminder" ("id") ON DELETE CASCADE,
  "is_listed" BOOLEAN NOT NULL DEFAULT false,
  "consents" TEXT NOT NULL DEFAULT '[]',
  "cares" TEXT NOT NULL DEFAULT '[]',
  "mobile" VARCHAR(20) NOT NULL DEFAULT '',
  "phone" VARCHAR(20) NOT NULL DEFAULT '',
  "email" VARCHAR(120) NOT NULL DEFAULT '',
  "call_hours" VARCHAR(120) NOT NULL DEFAULT '',
  "only_when_free" BOOLEAN NOT NULL DEFAULT false,
  "words" TEXT NOT NULL DEFAULT '',
  "changed_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp
);

CREATE TABLE "assmat_place" (
  "id" SERIAL PRIMARY KEY NOT NULL,
  "childminder" INTEGER NOT NULL REFERENCES "assmat_childminder" ("id") ON DELETE CASCADE,
  "rank" SMALLINT NOT NULL DEFAULT 0,
  "where" VARCHAR(4) NOT NULL DEFAULT '',
  "children" SMALLINT NOT NULL DEFAULT 0,
  "from_months" SMALLINT NOT NULL DEFAULT 0,
  "to_months" SMALLINT NOT NULL DEFAULT 0,
  "hours" VARCHAR(80) NOT NULL DEFAULT '',
  "state" VARCHAR(8) NOT NULL DEFAULT 'unknown',
  "opens" DATE,
  "moments" BIGINT NOT NULL DEFAULT 0,
  "note" VARCHAR(300) NOT NULL DEFAULT '',
  "confirmed_on" DATE,
  CONSTRAINT "assmat_place_once" UNIQUE ("childminder", "rank")
);
