-- Children of one birth have one file: how many it is for.
ALTER TABLE "creche_application" ADD COLUMN "children" SMALLINT NOT NULL DEFAULT 1;

UPDATE "creche_application" SET "children" =
  COALESCE((COALESCE(NULLIF("sent", ''), "answers")::json #>> '{child,together}')::smallint, 1);
