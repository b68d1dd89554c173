CREATE TABLE "core_school" (
  "id" SERIAL PRIMARY KEY NOT NULL,
  "name" VARCHAR(120) NOT NULL DEFAULT '',
  "folded" VARCHAR(120) UNIQUE NOT NULL DEFAULT '',
  "quartier" INTEGER REFERENCES "core_quartier" ("id") ON DELETE SET NULL,
  "is_open" BOOLEAN NOT NULL DEFAULT true
);

ALTER TABLE "core_child" ADD COLUMN "school" INTEGER REFERENCES "core_school" ("id") ON DELETE SET NULL;

CREATE INDEX "core_child_school" ON "core_child" ("school");

ALTER TABLE "core_child" ADD COLUMN "class_name" VARCHAR(40) NOT NULL DEFAULT '';
