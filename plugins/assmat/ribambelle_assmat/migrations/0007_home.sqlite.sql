ALTER TABLE "assmat_childminder" ADD COLUMN "civility" VARCHAR(3) NOT NULL DEFAULT '';

ALTER TABLE "assmat_childminder" ADD COLUMN "accredited_since" DATE;

ALTER TABLE "assmat_declared" ADD COLUMN "agreed_on" TEXT NOT NULL DEFAULT '{}';

ALTER TABLE "assmat_declared" ADD COLUMN "urgent_words" VARCHAR(300) NOT NULL DEFAULT '';

ALTER TABLE "assmat_declared" ADD COLUMN "pets" VARCHAR(4) NOT NULL DEFAULT '';

ALTER TABLE "assmat_declared" ADD COLUMN "pets_words" VARCHAR(120) NOT NULL DEFAULT '';

ALTER TABLE "assmat_declared" ADD COLUMN "smoke" VARCHAR(4) NOT NULL DEFAULT '';

ALTER TABLE "assmat_declared" ADD COLUMN "languages" TEXT NOT NULL DEFAULT '[]';

ALTER TABLE "assmat_place" ADD COLUMN "takes_urgent" BOOLEAN NOT NULL DEFAULT false;
