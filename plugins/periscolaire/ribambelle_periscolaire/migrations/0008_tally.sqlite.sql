CREATE TABLE "periscolaire_tally" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "day" DATE NOT NULL DEFAULT CURRENT_DATE,
  "group" INTEGER NOT NULL REFERENCES "periscolaire_group" ("id") ON DELETE RESTRICT,
  "unit" INTEGER NOT NULL REFERENCES "periscolaire_unit" ("id") ON DELETE RESTRICT,
  "booked" INTEGER NOT NULL DEFAULT 0,
  "moves" INTEGER NOT NULL DEFAULT 0,
  CONSTRAINT "periscolaire_tally_once" UNIQUE ("day", "group", "unit")
);

INSERT INTO "periscolaire_tally" ("day", "group", "unit", "booked", "moves")
SELECT "day", "group", "unit", sum("state" = 'booked'), count(*) FROM "periscolaire_booking"
GROUP BY "day", "group", "unit";

-- Counted by the database, whatever program writes: a kitchen reads twenty rows and not ten thousand.
CREATE TRIGGER "periscolaire_booking_added" AFTER INSERT ON "periscolaire_booking" BEGIN
  INSERT INTO "periscolaire_tally" ("day", "group", "unit", "booked", "moves")
  VALUES (NEW."day", NEW."group", NEW."unit", NEW."state" = 'booked', 1)
  ON CONFLICT ("day", "group", "unit") DO UPDATE
  SET "booked" = "booked" + excluded."booked", "moves" = "moves" + 1;
END;

CREATE TRIGGER "periscolaire_booking_changed" AFTER UPDATE ON "periscolaire_booking"
WHEN OLD."state" <> NEW."state" OR OLD."group" <> NEW."group" BEGIN
  UPDATE "periscolaire_tally"
  SET "booked" = "booked" - (OLD."state" = 'booked'), "moves" = "moves" + 1
  WHERE "day" = OLD."day" AND "group" = OLD."group" AND "unit" = OLD."unit";
  INSERT INTO "periscolaire_tally" ("day", "group", "unit", "booked", "moves")
  VALUES (NEW."day", NEW."group", NEW."unit", NEW."state" = 'booked', 1)
  ON CONFLICT ("day", "group", "unit") DO UPDATE
  SET "booked" = "booked" + excluded."booked", "moves" = "moves" + 1;
END;

CREATE TRIGGER "periscolaire_booking_removed" AFTER DELETE ON "periscolaire_booking" BEGIN
  UPDATE "periscolaire_tally"
  SET "booked" = "booked" - (OLD."state" = 'booked'), "moves" = "moves" + 1
  WHERE "day" = OLD."day" AND "group" = OLD."group" AND "unit" = OLD."unit";
END;

CREATE INDEX "periscolaire_sheet_health_at" ON "periscolaire_sheet" ("health_at");
