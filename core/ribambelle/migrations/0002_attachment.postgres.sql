CREATE TABLE "core_attachment" (
  "id" SERIAL PRIMARY KEY NOT NULL,
  "message" INTEGER NOT NULL REFERENCES "core_message" ("id") ON DELETE CASCADE,
  "name" VARCHAR(120) NOT NULL DEFAULT '',
  "media_type" VARCHAR(60) NOT NULL DEFAULT '',
  "content" TEXT NOT NULL DEFAULT ''
);

CREATE INDEX "core_attachment_message" ON "core_attachment" ("message");
