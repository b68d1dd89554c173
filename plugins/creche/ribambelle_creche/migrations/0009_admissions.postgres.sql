-- When a contract was written: one that came after a commission takes places it had counted free.
ALTER TABLE "creche_contract" ADD COLUMN "added_at" TIMESTAMPTZ;

-- What is published from 1 September on, beside what is of the first entries.
ALTER TABLE "creche_cut_off" ADD COLUMN "period" SMALLINT NOT NULL DEFAULT 1;

ALTER TABLE "creche_cut_off" ADD COLUMN "entering" INTEGER NOT NULL DEFAULT 0;

ALTER TABLE "creche_cut_off" DROP CONSTRAINT "creche_cut_off_once";

ALTER TABLE "creche_cut_off" ADD CONSTRAINT "creche_cut_off_once"
  UNIQUE ("commission", "facility", "period", "age_group", "weekday", "half");

-- What the points of a file are counted on, as they stood when the commission closed.
ALTER TABLE "creche_examined" ADD COLUMN "facts" TEXT NOT NULL DEFAULT '';

-- Adults a crèche has at each half-day, as JSON, and how many children it chose for one of them.
ALTER TABLE "creche_supply" ADD COLUMN "adults" TEXT NOT NULL DEFAULT '{}';

ALTER TABLE "creche_supply" ADD COLUMN "ratio" VARCHAR(3) NOT NULL DEFAULT '5-8';

-- What the town hall answered to an appeal, word for word.
CREATE TABLE "creche_appeal_answer" (
  "id" SERIAL PRIMARY KEY NOT NULL,
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
  "id" SERIAL PRIMARY KEY NOT NULL,
  "quartier" INTEGER NOT NULL DEFAULT 0 UNIQUE,
  "children" INTEGER NOT NULL DEFAULT 0,
  "counted_on" DATE NOT NULL DEFAULT CURRENT_DATE,
  "source" VARCHAR(120) NOT NULL DEFAULT ''
);
