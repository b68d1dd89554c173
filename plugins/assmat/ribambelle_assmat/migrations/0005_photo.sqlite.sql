CREATE TABLE "assmat_photo" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  "childminder" INTEGER UNIQUE NOT NULL REFERENCES "assmat_childminder" ("id") ON DELETE CASCADE,
  "code" VARCHAR(32) NOT NULL DEFAULT '',
  "content" TEXT NOT NULL DEFAULT '',
  "changed_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp
);
