CREATE SCHEMA app;
CREATE TABLE app.t (id int PRIMARY KEY, a int UNIQUE, b text CHECK (b <> 'x'));
CREATE TABLE u (id int PRIMARY KEY, t int REFERENCES app.t (id), CONSTRAINT u_named CHECK (id > 0));
CREATE POLICY p1 ON app.t USING (true);
CREATE POLICY "p 2" ON app.t USING (true);
CREATE POLICY p3 ON u USING (true);
CREATE FUNCTION f1(a int, b text DEFAULT 'x') RETURNS int LANGUAGE sql AS 'select 1';
CREATE FUNCTION f2() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER t1 BEFORE INSERT ON u FOR EACH ROW EXECUTE FUNCTION f2();
CREATE TRIGGER t2 BEFORE INSERT ON app.t FOR EACH ROW EXECUTE FUNCTION f2();
CREATE INDEX ON u (t);
CREATE VIEW v AS SELECT * FROM u;
-- next migration
DO $$ DECLARE r record; BEGIN
 FOR r IN SELECT policyname, tablename, schemaname FROM pg_policies WHERE schemaname = 'app' LOOP
  EXECUTE format('DROP POLICY %I ON %I.%I', r.policyname, r.schemaname, r.tablename);
 END LOOP;
END $$;
-- next migration
DO $$ DECLARE r record; v text; fn regprocedure; BEGIN
 FOR r IN SELECT c.relname, n.nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r' AND n.nspname IN ('app','public') AND NOT EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid) LOOP
  EXECUTE 'ALTER TABLE ' || quote_ident(r.nspname) || '.' || quote_ident(r.relname) || ' ADD COLUMN added timestamptz';
 END LOOP;
 FOR fn IN SELECT p.oid::regprocedure FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = 'public' AND p.proname LIKE 'f%' LOOP
  EXECUTE format('ALTER FUNCTION %s SET search_path = public', fn);
 END LOOP;
 SELECT conname INTO v FROM pg_constraint WHERE conrelid = 'app.t'::regclass AND contype = 'c' AND pg_get_constraintdef(oid) ILIKE '%b%';
 IF v IS NOT NULL THEN EXECUTE format('ALTER TABLE app.t DROP CONSTRAINT %I', v); END IF;
 FOR v IN SELECT tc.constraint_name FROM information_schema.table_constraints tc JOIN information_schema.key_column_usage k ON k.constraint_name = tc.constraint_name WHERE tc.table_name = 'u' AND tc.constraint_type = 'FOREIGN KEY' AND k.column_name = 't' LOOP
  EXECUTE 'ALTER TABLE u DROP CONSTRAINT ' || v;
 END LOOP;
END $$;
-- next migration
CREATE FUNCTION drop_triggers(s text[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE r record; BEGIN
 FOR r IN SELECT DISTINCT trigger_name, event_object_table AS tab, event_object_schema AS sch FROM information_schema.triggers WHERE trigger_schema = ANY(s) LOOP
  EXECUTE 'DROP TRIGGER IF EXISTS ' || quote_ident(r.trigger_name) || ' ON ' || quote_ident(r.sch) || '.' || quote_ident(r.tab);
 END LOOP;
END $$;
SELECT drop_triggers(ARRAY['public']);
SELECT drop_triggers('{app}');
-- next migration
CREATE TABLE m (at date NOT NULL, x int) PARTITION BY RANGE (at);
CREATE FUNCTION mk(t text, d date) RETURNS int LANGUAGE plpgsql AS $$
DECLARE n text; nx text; BEGIN
 SELECT lower(format('%s_%s', t, to_char(d, 'YYYYMMDD'))) INTO n;
 SELECT to_char(d + INTERVAL '1 day', 'YYYYMMDD') INTO nx;
 IF EXISTS (SELECT 1 FROM pg_tables WHERE tablename = n) THEN RETURN 0; END IF;
 EXECUTE format('CREATE TABLE %s (LIKE %s INCLUDING INDEXES)', n, t);
 EXECUTE format('ALTER TABLE %s ATTACH PARTITION %s FOR VALUES FROM (''%s'') TO (''%s'')', t, n, to_char(d,'YYYY-MM-DD'), nx);
 RETURN 1; END $$;
SELECT mk('m', NOW()::DATE);
SELECT mk('m', (NOW() + INTERVAL '1 day')::DATE);
SELECT mk('m', CURRENT_DATE + 2);
SELECT mk('m', d::date) FROM generate_series(current_date + 3, current_date + 5, '1 day') d;
SELECT mk('m', CURRENT_DATE);
DO $$ DECLARE d date; BEGIN FOR i IN 6..8 LOOP d := current_date + i; PERFORM mk('m', d); END LOOP; END $$;
ALTER TABLE m ADD COLUMN y int;
CREATE INDEX ON m (x);
-- next migration
DO $$ DECLARE c record; BEGIN
 FOR c IN SELECT inhrelid::regclass AS child FROM pg_inherits WHERE inhparent = 'm'::regclass LOOP
  EXECUTE format('ALTER TABLE %s SET (fillfactor = 70)', c.child);
  EXECUTE format('COMMENT ON TABLE %s IS %L', c.child, 'x');
 END LOOP;
 FOR c IN (SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema() AND table_type = 'BASE TABLE' AND table_name ~ '^m_' ORDER BY 1) LOOP
  EXECUTE 'DROP TABLE ' || c.table_name;
 END LOOP;
 EXECUTE (SELECT string_agg(format('DROP TABLE %I.%I CASCADE', schemaname, tablename), '; ') FROM pg_tables WHERE schemaname IN ('app'));
END $$;
