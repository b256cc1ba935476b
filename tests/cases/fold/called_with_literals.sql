CREATE SCHEMA app;
CREATE TYPE app.state AS ENUM ('open', 'done');
CREATE FUNCTION hash_partitions(target text, modulus int, prefix text DEFAULT NULL) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
  part text;
  made int := 0;
BEGIN
  IF prefix IS NULL THEN
    prefix := target;
  END IF;
  FOR i IN 0..modulus - 1 LOOP
    part := format('%s_%s', prefix, lpad(i::text, 2, '0'));
    EXECUTE format('CREATE TABLE app.%I PARTITION OF app.%I FOR VALUES WITH (MODULUS %s, REMAINDER %s)', part, target, modulus, i);
    EXECUTE format('CREATE INDEX %I ON app.%I (note)', left(part, 20) || '_note', part);
    made := made + 1;
  END LOOP;
  IF made <> modulus THEN
    EXECUTE format('DROP TABLE app.%I', target);
  END IF;
  RETURN made;
END $$;
CREATE TABLE app.event (id int PRIMARY KEY, note text) PARTITION BY HASH (id);
CREATE TABLE app."Odd" (id int, note text) PARTITION BY HASH (id);
SELECT hash_partitions('event'::text, 3);
SELECT public.hash_partitions(target => 'Odd', prefix => upper('p'), modulus => 2);

CREATE FUNCTION manage(tbl regclass) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
  EXECUTE format('CREATE TRIGGER set_updated BEFORE UPDATE ON %s FOR EACH ROW EXECUTE FUNCTION touch()', tbl);
END $$;
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TABLE plain (id int);
CREATE TABLE app.other (id int);
SELECT manage('plain');
SELECT manage('app.other');

CREATE PROCEDURE by_case(what text, unused text[] DEFAULT '{}') LANGUAGE plpgsql AS $$ BEGIN
  CASE what
    WHEN 'table', 'relation' THEN CREATE TABLE by_case_table (id int);
    WHEN 'view' THEN CREATE VIEW by_case_view AS SELECT 1 AS a;
    ELSE RAISE EXCEPTION 'no';
  END CASE;
END $$;
CALL by_case('relation');

CREATE FUNCTION outer_one(names text[], states text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE n text; s text; i int := 1;
BEGIN
  FOREACH n IN ARRAY names LOOP
    CONTINUE WHEN n = 'skipped';
    EXIT WHEN n = 'last';
    PERFORM inner_one(n, 'open');
    DECLARE suffix text := '_' || n;
    BEGIN
      EXECUTE 'CREATE TABLE inner' || suffix || ' (id int)';
      suffix := suffix || '_changed';
    END;
  END LOOP;
  FOREACH s IN ARRAY string_to_array(states, ',') LOOP
    EXECUTE 'CREATE SEQUENCE seq_' || trim(s);
  END LOOP;
  WHILE i <= 8 LOOP
    EXECUTE format('CREATE TABLE power_%s (id int)', i);
    i := i * 2;
  END LOOP;
  LOOP
    i := i - 5;
    EXIT WHEN i < 5;
    EXECUTE format('CREATE VIEW down_%s AS SELECT 1 AS one', i);
  END LOOP;
  IF i > 100 THEN RETURN; END IF;
  EXECUTE format('CREATE TABLE reached (%s)', array_to_string(ARRAY['a int', 'b text'], ', '));
  RETURN;
  CREATE TABLE never (id int);
END $$;
CREATE FUNCTION inner_one(name text, state app.state) RETURNS void LANGUAGE plpgsql AS $_$ BEGIN
  IF $2 = 'open' THEN
    EXECUTE 'CREATE TABLE ' || quote_ident('made ' || name) || ' (id int PRIMARY KEY)';
  ELSIF state = 'done' THEN
    CREATE TABLE not_made (id int);
  END IF;
END $_$;
SELECT outer_one(ARRAY['a', 'skipped', 'b', 'last', 'c'], 'x, y');

CREATE FUNCTION in_sql(text) RETURNS void LANGUAGE sql AS $_$ SELECT inner_one('sql ' || $1, 'open'); $_$;
SELECT in_sql(x) FROM (VALUES ('one'), ('two')) AS v(x);
SELECT in_sql(n::text) FROM generate_series(1, 3) AS n;

CREATE TABLE columns_added (id int);
DO $$
DECLARE
  r record;
  pair text[];
  built text := '';
BEGIN
  FOR r IN SELECT * FROM (VALUES ('a', 1), ('b', 2)) AS v(name, size) LOOP
    EXECUTE format('ALTER TABLE columns_added ADD COLUMN %I varchar(%s)', r.name || r.size, r.size);
    built := built || format(', %I text', r.name);
  END LOOP;
  FOREACH pair SLICE 1 IN ARRAY ARRAY[['k', 'int'], ['l', 'text']] LOOP
    EXECUTE format('ALTER TABLE columns_added ADD COLUMN %I %s', pair[1], pair[2]);
  END LOOP;
  EXECUTE 'CREATE TABLE built (' || substr(built, 3) || ')';
  FOR i IN REVERSE 5..1 BY 2 LOOP
    EXECUTE 'CREATE TABLE reversed_' || CASE WHEN i % 2 = 1 THEN 'odd' ELSE 'even' END || i || ' (id int)';
  END LOOP;
END $$;
