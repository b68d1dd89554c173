-- Children of one birth have one file: how many it is for.
ALTER TABLE "creche_application" ADD COLUMN "children" SMALLINT NOT NULL DEFAULT 1;

UPDATE "creche_application" SET "children" =
  COALESCE(json_extract(COALESCE(NULLIF("sent", ''), "answers"), '$.child.together'), 1);
