CREATE TABLE "assmat_count" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "kind" VARCHAR(10) NOT NULL DEFAULT '',
  "period" DATE NOT NULL DEFAULT CURRENT_DATE,
  "town" VARCHAR(80) NOT NULL DEFAULT '',
  "code" VARCHAR(10) NOT NULL DEFAULT '',
  "many" INTEGER NOT NULL DEFAULT 0,
  CONSTRAINT "assmat_count_once" UNIQUE ("kind", "period", "town", "code")
);
