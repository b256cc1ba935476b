ALTER TABLE "a" ADD COLUMN "n" integer;
