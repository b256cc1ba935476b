CREATE TABLE "a" ("id" serial PRIMARY KEY NOT NULL);
--> statement-breakpoint
CREATE TABLE "b" ("id" serial PRIMARY KEY NOT NULL);--> statement-breakpoint
DO $$ BEGIN
 ALTER TABLE "b" ADD CONSTRAINT "b_a_fk" FOREIGN KEY ("id") REFERENCES "a"("id");
EXCEPTION
 WHEN duplicate_object THEN null;
END $$;
