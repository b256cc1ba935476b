-- PL/pgSQL: what stands where, under which condition, with which values.
DO $$ BEGIN NULL; END $$;
DO $$
BEGIN
  CREATE TABLE a (x int);
  IF random() < 0.5 THEN
    DROP TABLE b;
  END IF;
END
$$;
DO $$ DECLARE v text; n int; BEGIN
  SELECT max(id) INTO n FROM t WHERE kind = 'x';
  v := app.f(n);
  PERFORM g('a') FROM u;
  CALL p(1);
  FOR v IN SELECT name FROM w LOOP UPDATE z SET a = v; END LOOP;
  WHILE app.more() LOOP DELETE FROM y; EXIT WHEN n > 3; END LOOP;
  CASE n WHEN 1 THEN INSERT INTO one VALUES (1); ELSE INSERT INTO other VALUES (1); END CASE;
  RAISE NOTICE '%', (SELECT count(*) FROM noticed);
  COMMIT;
END $$;
DO $$ DECLARE c CURSOR FOR SELECT * FROM cursed; d refcursor; r record; BEGIN OPEN c; FETCH c INTO r; CLOSE c; OPEN d FOR EXECUTE 'SELECT * FROM opened'; OPEN d FOR SELECT app.f(1); FOR r IN c LOOP DELETE FROM t WHERE CURRENT OF c; END LOOP; END $$;
DO $$
DECLARE
  t text;
  prefix CONSTANT text := 'app_';
  names text[] := ARRAY['one', 'two'];
BEGIN
  EXECUTE 'CREATE TABLE fixed (a int)';
  EXECUTE format('DROP TABLE %I.%I', 'Odd', prefix || 'x');
  EXECUTE format('COMMENT ON TABLE %1$s IS %2$L', 'q', 'it''s');
  t := 'known';
  EXECUTE 'DROP VIEW ' || quote_ident(t);
  FOREACH t IN ARRAY names LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', prefix || t);
  END LOOP;
  FOR t IN SELECT unnest(ARRAY['r1', 'r2']) LOOP
    EXECUTE 'CREATE ROLE ' || t;
  END LOOP;
  FOR i IN 1..2 LOOP
    EXECUTE 'CREATE TABLE part_' || i || ' PARTITION OF m FOR VALUES WITH (MODULUS 2, REMAINDER ' || (i) || ')';
  END LOOP;
  EXECUTE 'DROP TABLE ' || t;
  EXECUTE format('GRANT SELECT ON known_table TO %I', t);
END $$;
DO $$ DECLARE r record; BEGIN
  FOR r IN SELECT * FROM (VALUES ('a', 'b'), ('c', 'd')) AS v(old, new) LOOP
    EXECUTE format('ALTER TABLE %I RENAME TO %I', r.old, r.new);
  END LOOP;
  FOR r IN SELECT tablename FROM pg_tables WHERE schemaname = 'app' LOOP
    EXECUTE format('DROP TABLE %I', r.tablename);
  END LOOP;
END $$;
DO $$ DECLARE v text := 'outer'; BEGIN
  DECLARE v text := 'inner'; BEGIN EXECUTE 'DROP TABLE ' || v; END;
  EXECUTE 'DROP TABLE ' || v;
END $$;
DO $$ DECLARE v text := 'first'; a text[] := ARRAY['x']; BEGIN
  IF app.odd() THEN v := 'second'; END IF;
  EXECUTE 'DROP TABLE ' || v;
  a[1] := 'y';
  EXECUTE 'DROP TABLE ' || a[1];
  v := 'third';
  EXECUTE 'DROP TABLE ' || v;
END $$;
DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_type WHERE typname = 'x') THEN CREATE TYPE x AS ENUM ('a'); ELSE ALTER TYPE x ADD VALUE 'a'; END IF; END $$;
DO $$ BEGIN
  IF EXISTS (SELECT FROM information_schema.tables WHERE table_schema = 'app' AND table_name = 't') THEN
    IF NOT EXISTS (SELECT FROM information_schema.columns WHERE table_schema = 'app' AND table_name = 't' AND column_name = 'c') THEN
      ALTER TABLE app.t ADD COLUMN c int;
    END IF;
    IF app.wanted() THEN DROP TABLE app.t; END IF;
  END IF;
END $$;
DO $$ BEGIN
  IF EXISTS (SELECT 1 FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid JOIN pg_namespace n ON n.oid = t.relnamespace
             WHERE c.conname = 'k' AND t.relname = 't' AND n.nspname = 'app' AND c.contype = 'c') THEN ALTER TABLE app.t DROP CONSTRAINT k; END IF;
  IF NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = 'k' AND conrelid = 'app.t'::regclass) THEN ALTER TABLE app.t ADD CONSTRAINT k CHECK (a > 0); END IF;
  IF EXISTS (SELECT 1 FROM pg_constraint WHERE conname = 'k' AND pg_get_constraintdef(oid) LIKE '%old%') THEN ALTER TABLE t DROP CONSTRAINT k; END IF;
  IF NOT EXISTS (SELECT 1 FROM pg_trigger WHERE tgname = 'g' AND NOT tgisinternal) THEN CREATE TRIGGER g AFTER INSERT ON t EXECUTE FUNCTION f(); END IF;
  IF to_regclass('app.t') IS NULL THEN CREATE TABLE app.t (a int); END IF;
  IF (SELECT count(*) FROM pg_roles WHERE rolname = 'r') = 0 THEN CREATE ROLE r; END IF;
  IF NOT EXISTS (SELECT 1 FROM pg_class WHERE relname = 'i' AND relkind = 'i') AND app.big() THEN CREATE INDEX i ON t (a); END IF;
  IF EXISTS (SELECT 1 FROM pg_policies WHERE policyname = 'p' AND tablename = 't' AND schemaname = 'public') OR app.f() THEN DROP POLICY p ON t; END IF;
  PERFORM 1 FROM pg_extension WHERE extname = 'e';
  IF NOT FOUND THEN CREATE EXTENSION e; END IF;
END $$;
DO $$ DECLARE there boolean; BEGIN
  SELECT EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = 's') INTO there;
  IF NOT there THEN CREATE SCHEMA s; END IF;
END $$;
DO $$ BEGIN
  IF EXISTS (SELECT 1 FROM pg_proc WHERE proname = 'f') THEN RETURN; END IF;
  CREATE TABLE behind (a int);
END $$;
DO $$ BEGIN
  IF app.stop() THEN RAISE EXCEPTION 'no'; END IF;
  CREATE TABLE still_certain (a int);
END $$;
DO $$ BEGIN CREATE TYPE x AS ENUM ('a'); EXCEPTION WHEN duplicate_object THEN NULL; END $$;
DO $$ BEGIN ALTER TABLE t ADD CONSTRAINT k UNIQUE (a); EXCEPTION WHEN duplicate_table OR duplicate_object THEN RAISE NOTICE 'there'; END $$;
DO $$ BEGIN DROP TABLE t; EXCEPTION WHEN undefined_table THEN INSERT INTO log VALUES ('missing'); END $$;
DO $$ BEGIN CREATE TYPE x AS ENUM ('a'); CREATE TYPE y AS ENUM ('b'); EXCEPTION WHEN duplicate_object THEN NULL; END $$;
DO $$ BEGIN CREATE TYPE x AS ENUM ('a'); EXCEPTION WHEN OTHERS THEN NULL; END $$;
DO $$ BEGIN EXECUTE $q$ DO $i$ BEGIN CREATE TABLE nested (a int); END $i$ $q$; END $$;
DO $$ BEGIN CREATE FUNCTION made() RETURNS void LANGUAGE sql AS 'DELETE FROM by_made'; CREATE TABLE after_it (a int); END $$;
CREATE FUNCTION f(p int) RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  k text := 'x';
BEGIN
  IF NEW.status = OLD.status THEN
    RETURN NEW;
  END IF;

  INSERT INTO app.jobs (type, dedupe_key)
  VALUES ('run', k)
  ON CONFLICT (dedupe_key) DO NOTHING;
  NEW.n := app.count_of(NEW.id);
  RETURN NEW;
END;
$$;
CREATE FUNCTION f(kinds text[]) RETURNS SETOF app.jobs LANGUAGE plpgsql AS $$ BEGIN
  RETURN QUERY UPDATE app.jobs SET status = 'taken' WHERE id IN (SELECT id FROM app.jobs WHERE type IN ('a', 'b') FOR UPDATE SKIP LOCKED) RETURNING *;
  RETURN QUERY EXECUTE 'SELECT * FROM app.jobs WHERE ' || kinds[1];
  RETURN NEXT (SELECT j FROM app.last j);
END $$;
CREATE FUNCTION f() RETURNS void LANGUAGE sql AS $$
  DELETE FROM a;

  INSERT INTO b VALUES (1);
$$;
CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN INSERT INTO good VALUES (1); this is not; DELETE FROM better; END $$;
DO LANGUAGE plpython3u 'pass';
DO $$ DECLARE v text; BEGIN FOREACH v IN ARRAY ARRAY['a', 'b'] LOOP IF app.skip(v) THEN CONTINUE; END IF; EXECUTE 'DROP TABLE ' || v; END LOOP; END $$;
