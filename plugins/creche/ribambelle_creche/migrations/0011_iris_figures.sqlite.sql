-- Children under three, IRIS by IRIS, where the list of streets gives it.
CREATE TABLE "creche_under_three_iris" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "iris" VARCHAR(60) NOT NULL DEFAULT '' UNIQUE,
  "children" INTEGER NOT NULL DEFAULT 0,
  "counted_on" DATE NOT NULL DEFAULT CURRENT_DATE,
  "source" VARCHAR(120) NOT NULL DEFAULT ''
);

-- How the town was cut in what was published: every later table is cut the same way.
ALTER TABLE "creche_frozen_count" ADD COLUMN "cut" VARCHAR(10) NOT NULL DEFAULT 'quartier';
