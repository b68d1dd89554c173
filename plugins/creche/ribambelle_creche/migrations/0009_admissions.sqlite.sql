-- When a contract was written: one that came after a commission takes places it had counted free.
ALTER TABLE "creche_contract" ADD COLUMN "added_at" TIMESTAMPTZ;

-- What is published from 1 September on, beside what is of the first entries.
CREATE TABLE "creche_cut_off_by_period" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "commission" INTEGER NOT NULL REFERENCES "creche_commission" ("id") ON DELETE CASCADE,
  "facility" INTEGER NOT NULL REFERENCES "creche_facility" ("id") ON DELETE RESTRICT,
  "period" INTEGER NOT NULL DEFAULT 1,
  "age_group" VARCHAR(10) NOT NULL DEFAULT '',
  "weekday" INTEGER NOT NULL DEFAULT 0,
  "half" VARCHAR(2) NOT NULL DEFAULT '',
  "places" INTEGER NOT NULL DEFAULT 0,
  "admitted" INTEGER NOT NULL DEFAULT 0,
  "entering" INTEGER NOT NULL DEFAULT 0,
  "last_points" INTEGER,
  CONSTRAINT "creche_cut_off_once"
    UNIQUE ("commission", "facility", "period", "age_group", "weekday", "half")
);

INSERT INTO "creche_cut_off_by_period"
  ("id", "commission", "facility", "age_group", "weekday", "half", "places", "admitted", "last_points")
SELECT "id", "commission", "facility", "age_group", "weekday", "half", "places", "admitted", "last_points"
FROM "creche_cut_off";

DROP TABLE "creche_cut_off";

ALTER TABLE "creche_cut_off_by_period" RENAME TO "creche_cut_off";

-- What the points of a file are counted on, as they stood when the commission closed.
ALTER TABLE "creche_examined" ADD COLUMN "facts" TEXT NOT NULL DEFAULT '';

-- Adults a crèche has at each half-day, as JSON, and how many children it chose for one of them.
ALTER TABLE "creche_supply" ADD COLUMN "adults" TEXT NOT NULL DEFAULT '{}';

ALTER TABLE "creche_supply" ADD COLUMN "ratio" VARCHAR(3) NOT NULL DEFAULT '5-8';

-- What the town hall answered to an appeal, word for word.
CREATE TABLE "creche_appeal_answer" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "appeal" INTEGER NOT NULL UNIQUE REFERENCES "creche_appeal" ("id") ON DELETE CASCADE,
  "at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "account" INTEGER NOT NULL DEFAULT 0,
  "outcome" VARCHAR(12) NOT NULL DEFAULT '',
  "text" TEXT NOT NULL DEFAULT ''
);

-- The theoretical maximum, told beside a proposal where the solver is installed.
ALTER TABLE "creche_proposal" ADD COLUMN "theoretical" INTEGER;

-- Children under three, quartier by quartier, as the town hall has them from INSEE or the CAF.
CREATE TABLE "creche_under_three" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "quartier" INTEGER NOT NULL DEFAULT 0 UNIQUE,
  "children" INTEGER NOT NULL DEFAULT 0,
  "counted_on" DATE NOT NULL DEFAULT CURRENT_DATE,
  "source" VARCHAR(120) NOT NULL DEFAULT ''
);
