CREATE TABLE "таблица_с_очень_длинным_именем_которое_не_помещается" (id serial PRIMARY KEY, "колонка_тоже_очень_длинная_и_русская" int UNIQUE CHECK ("колонка_тоже_очень_длинная_и_русская" > 0));
CREATE INDEX ON "таблица_с_очень_длинным_именем_которое_не_помещается" ("колонка_тоже_очень_длинная_и_русская");
CREATE INDEX ON "таблица_с_очень_длинным_именем_которое_не_помещается" ("колонка_тоже_очень_длинная_и_русская", id);
CREATE TABLE a_very_long_table_name_that_is_nearly_sixty_three_bytes_long_x (id int primary key, another_very_long_column_name_that_is_nearly_sixty_three_bytes int references a_very_long_table_name_that_is_nearly_sixty_three_bytes_long_x, unique (id, another_very_long_column_name_that_is_nearly_sixty_three_bytes));
ALTER TABLE a_very_long_table_name_that_is_nearly_sixty_three_bytes_long_x RENAME TO a_very_long_table_name_that_is_nearly_sixty_three_bytes_long_xyzzzzzzz;
CREATE INDEX a_very_long_index_name_that_is_more_than_sixty_three_bytes_long_for_sure_1 ON a_very_long_table_name_that_is_nearly_sixty_three_bytes_long_xyzzzzzzz (id);
CREATE TABLE "😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀" (a int primary key, b text unique);
CREATE TABLE "Quoted ""x"" Table" ("a b" int PRIMARY KEY, "c.d" int CHECK ("c.d" > 1), "on" int);
CREATE FUNCTION "F n"() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
CREATE TRIGGER "T on x" AFTER INSERT ON "Quoted ""x"" Table" EXECUTE FUNCTION "F n"();
CREATE POLICY "p on q" ON "Quoted ""x"" Table" USING (true);
CREATE RULE "r on q" AS ON UPDATE TO "Quoted ""x"" Table" DO ALSO NOTHING;
-- next migration
ALTER TABLE "Quoted ""x"" Table" RENAME TO "on";
ALTER TABLE "on" RENAME COLUMN "on" TO "in";
ALTER TRIGGER "T on x" ON "on" RENAME TO " on ";
DROP FUNCTION "F n" CASCADE;
ALTER TABLE "on" RENAME TO "table ""q""";
