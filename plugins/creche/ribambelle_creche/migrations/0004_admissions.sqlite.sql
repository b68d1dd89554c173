CREATE TABLE "creche_case" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "application" INTEGER NOT NULL REFERENCES "creche_application" ("id") ON DELETE CASCADE,
  "reason" VARCHAR(20) NOT NULL DEFAULT '',
  "answer_by" DATE NOT NULL DEFAULT CURRENT_DATE,
  "opened_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "opened_by" INTEGER NOT NULL DEFAULT 0,
  "closed_at" TIMESTAMPTZ
);

CREATE INDEX "creche_case_application" ON "creche_case" ("application");

CREATE TABLE "creche_grid" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "version" VARCHAR(40) UNIQUE NOT NULL DEFAULT '',
  "valid_from" DATE NOT NULL DEFAULT CURRENT_DATE,
  "text" TEXT NOT NULL DEFAULT '',
  "digest" VARCHAR(64) NOT NULL DEFAULT '',
  "deliberation" VARCHAR(200) NOT NULL DEFAULT '',
  "created_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "created_by" INTEGER,
  "used_at" TIMESTAMPTZ
);

CREATE TABLE "creche_contract" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "facility" INTEGER NOT NULL REFERENCES "creche_facility" ("id") ON DELETE RESTRICT,
  "application" INTEGER REFERENCES "creche_application" ("id") ON DELETE SET NULL,
  "child_name" VARCHAR(200) NOT NULL DEFAULT '',
  "born_on" DATE,
  "slots" INTEGER NOT NULL DEFAULT 0,
  "first" DATE NOT NULL DEFAULT CURRENT_DATE,
  "last" DATE,
  "source" VARCHAR(10) NOT NULL DEFAULT 'declared'
);

CREATE INDEX "creche_contract_facility" ON "creche_contract" ("facility");

CREATE TABLE "creche_case_member" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "case" INTEGER NOT NULL REFERENCES "creche_case" ("id") ON DELETE CASCADE,
  "account" INTEGER NOT NULL DEFAULT 0,
  CONSTRAINT "creche_case_member_once" UNIQUE ("case", "account")
);

CREATE INDEX "creche_case_member_account" ON "creche_case_member" ("account");

CREATE TABLE "creche_case_note" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "case" INTEGER NOT NULL REFERENCES "creche_case" ("id") ON DELETE CASCADE,
  "account" INTEGER NOT NULL DEFAULT 0,
  "at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "opinion" VARCHAR(20) NOT NULL DEFAULT '',
  "text" TEXT NOT NULL DEFAULT ''
);

CREATE INDEX "creche_case_note_case" ON "creche_case_note" ("case");

CREATE TABLE "creche_commission" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "label" VARCHAR(120) NOT NULL DEFAULT '',
  "state" VARCHAR(10) NOT NULL DEFAULT 'open',
  "closes_on" DATE NOT NULL DEFAULT CURRENT_DATE,
  "held_on" DATE NOT NULL DEFAULT CURRENT_DATE,
  "first_start" DATE NOT NULL DEFAULT CURRENT_DATE,
  "last_start" DATE NOT NULL DEFAULT CURRENT_DATE,
  "answer_days" INTEGER NOT NULL DEFAULT 8,
  "grid" INTEGER REFERENCES "creche_grid" ("id") ON DELETE RESTRICT,
  "commitment" VARCHAR(64) NOT NULL DEFAULT '',
  "seed" VARCHAR(64) NOT NULL DEFAULT '',
  "created_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "closed_at" TIMESTAMPTZ,
  "decided_at" TIMESTAMPTZ
);

CREATE TABLE "creche_cut_off" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "commission" INTEGER NOT NULL REFERENCES "creche_commission" ("id") ON DELETE CASCADE,
  "facility" INTEGER NOT NULL REFERENCES "creche_facility" ("id") ON DELETE RESTRICT,
  "age_group" VARCHAR(10) NOT NULL DEFAULT '',
  "weekday" INTEGER NOT NULL DEFAULT 0,
  "half" VARCHAR(2) NOT NULL DEFAULT '',
  "places" INTEGER NOT NULL DEFAULT 0,
  "admitted" INTEGER NOT NULL DEFAULT 0,
  "last_points" INTEGER,
  CONSTRAINT "creche_cut_off_once" UNIQUE ("commission", "facility", "age_group", "weekday", "half")
);

CREATE TABLE "creche_examined" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "commission" INTEGER NOT NULL REFERENCES "creche_commission" ("id") ON DELETE CASCADE,
  "application" INTEGER NOT NULL REFERENCES "creche_application" ("id") ON DELETE RESTRICT,
  "refusal" VARCHAR(30) NOT NULL DEFAULT '',
  "points" INTEGER NOT NULL DEFAULT 0,
  "trace" TEXT NOT NULL DEFAULT '[]',
  "complete_at" TIMESTAMPTZ,
  "draw" INTEGER NOT NULL DEFAULT 0,
  CONSTRAINT "creche_examined_once" UNIQUE ("commission", "application")
);

CREATE TABLE "creche_offer" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "application" INTEGER NOT NULL REFERENCES "creche_application" ("id") ON DELETE RESTRICT,
  "live_for" INTEGER UNIQUE,
  "commission" INTEGER REFERENCES "creche_commission" ("id") ON DELETE RESTRICT,
  "facility" INTEGER NOT NULL REFERENCES "creche_facility" ("id") ON DELETE RESTRICT,
  "age_group" VARCHAR(10) NOT NULL DEFAULT '',
  "slots" INTEGER NOT NULL DEFAULT 0,
  "start_on" DATE NOT NULL DEFAULT CURRENT_DATE,
  "until" DATE,
  "origin" VARCHAR(12) NOT NULL DEFAULT '',
  "state" VARCHAR(10) NOT NULL DEFAULT 'live',
  "sent_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "answer_by" DATE NOT NULL DEFAULT CURRENT_DATE,
  "answered_at" TIMESTAMPTZ,
  "answered_by" INTEGER,
  "reason" VARCHAR(20) NOT NULL DEFAULT ''
);

CREATE INDEX "creche_offer_application" ON "creche_offer" ("application");

CREATE TABLE "creche_pin" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "commission" INTEGER NOT NULL REFERENCES "creche_commission" ("id") ON DELETE CASCADE,
  "application" INTEGER NOT NULL REFERENCES "creche_application" ("id") ON DELETE RESTRICT,
  "option" VARCHAR(80) NOT NULL DEFAULT '',
  "reason" VARCHAR(20) NOT NULL DEFAULT '',
  "note" TEXT NOT NULL DEFAULT '',
  "impact" TEXT NOT NULL DEFAULT '[]',
  "at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "account" INTEGER NOT NULL DEFAULT 0,
  "lifted_at" TIMESTAMPTZ
);

CREATE INDEX "creche_pin_commission" ON "creche_pin" ("commission");

CREATE TABLE "creche_proposal" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "commission" INTEGER NOT NULL REFERENCES "creche_commission" ("id") ON DELETE CASCADE,
  "number" INTEGER NOT NULL DEFAULT 0,
  "label" VARCHAR(120) NOT NULL DEFAULT '',
  "changes" TEXT NOT NULL DEFAULT '{}',
  "inputs" TEXT NOT NULL DEFAULT '',
  "outputs" TEXT NOT NULL DEFAULT '',
  "inputs_digest" VARCHAR(71) NOT NULL DEFAULT '',
  "digest" VARCHAR(71) NOT NULL DEFAULT '',
  "engine" VARCHAR(20) NOT NULL DEFAULT '',
  "is_kept" BOOLEAN NOT NULL DEFAULT false,
  "made_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "made_by" INTEGER,
  CONSTRAINT "creche_proposal_once" UNIQUE ("commission", "number")
);

CREATE TABLE "creche_supply" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "commission" INTEGER NOT NULL REFERENCES "creche_commission" ("id") ON DELETE CASCADE,
  "facility" INTEGER NOT NULL REFERENCES "creche_facility" ("id") ON DELETE RESTRICT,
  "state" VARCHAR(10) NOT NULL DEFAULT 'expected',
  "overflow" INTEGER NOT NULL DEFAULT 0,
  "declared_at" TIMESTAMPTZ,
  "declared_by" INTEGER,
  "validated_at" TIMESTAMPTZ,
  "validated_by" INTEGER,
  CONSTRAINT "creche_supply_once" UNIQUE ("commission", "facility")
);

CREATE TABLE "creche_decision" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "commission" INTEGER NOT NULL REFERENCES "creche_commission" ("id") ON DELETE CASCADE,
  "application" INTEGER NOT NULL REFERENCES "creche_application" ("id") ON DELETE RESTRICT,
  "outcome" VARCHAR(12) NOT NULL DEFAULT '',
  "facility" INTEGER REFERENCES "creche_facility" ("id") ON DELETE RESTRICT,
  "option" VARCHAR(80) NOT NULL DEFAULT '',
  "proposal" INTEGER REFERENCES "creche_proposal" ("id") ON DELETE RESTRICT,
  "pin" INTEGER REFERENCES "creche_pin" ("id") ON DELETE RESTRICT,
  "at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  CONSTRAINT "creche_decision_once" UNIQUE ("commission", "application")
);

CREATE TABLE "creche_supply_cell" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "supply" INTEGER NOT NULL REFERENCES "creche_supply" ("id") ON DELETE CASCADE,
  "age_group" VARCHAR(10) NOT NULL DEFAULT '',
  "weekday" INTEGER NOT NULL DEFAULT 0,
  "half" VARCHAR(2) NOT NULL DEFAULT '',
  "places" INTEGER NOT NULL DEFAULT 0,
  CONSTRAINT "creche_supply_cell_once" UNIQUE ("supply", "age_group", "weekday", "half")
);

CREATE TABLE "creche_supply_move" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "supply" INTEGER NOT NULL REFERENCES "creche_supply" ("id") ON DELETE CASCADE,
  "kind" VARCHAR(12) NOT NULL DEFAULT '',
  "age_group" VARCHAR(10) NOT NULL DEFAULT '',
  "into_group" VARCHAR(10) NOT NULL DEFAULT '',
  "slots" INTEGER NOT NULL DEFAULT 0,
  "children" INTEGER NOT NULL DEFAULT 1,
  "on" DATE NOT NULL DEFAULT CURRENT_DATE
);

CREATE TABLE "creche_appeal" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "application" INTEGER NOT NULL REFERENCES "creche_application" ("id") ON DELETE CASCADE,
  "decision" INTEGER REFERENCES "creche_decision" ("id") ON DELETE SET NULL,
  "at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "answer_by" DATE NOT NULL DEFAULT CURRENT_DATE,
  "text" TEXT NOT NULL DEFAULT '',
  "outcome" VARCHAR(12) NOT NULL DEFAULT '',
  "answered_at" TIMESTAMPTZ,
  "answered_by" INTEGER
);

CREATE INDEX "creche_appeal_application" ON "creche_appeal" ("application");
