CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE FUNCTION migrate() RETURNS void LANGUAGE plpgsql AS $$ BEGIN
  CREATE TABLE made (id int PRIMARY KEY);
  CREATE INDEX ON made (id);
END $$;
SELECT migrate();
DROP FUNCTION migrate();
