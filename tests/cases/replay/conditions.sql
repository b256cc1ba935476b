CREATE TABLE cfg (a int);
-- next migration
DO $$ BEGIN
 IF (SELECT count(*) FROM cfg) > 0 THEN CREATE TABLE t (a int); ELSE CREATE TABLE t (b int primary key); END IF;
END $$;
CREATE TABLE IF NOT EXISTS t (c int);
CREATE INDEX ON t (b);
-- next migration
ALTER TABLE t RENAME TO t2;
-- next migration
DO $$ BEGIN
 IF (SELECT count(*) FROM cfg) > 0 THEN DROP TABLE t2; END IF;
 IF EXISTS (SELECT FROM pg_tables WHERE tablename = 't2') THEN ALTER TABLE t2 ADD COLUMN z int; END IF;
 IF NOT EXISTS (SELECT FROM pg_tables WHERE tablename = 't2') THEN CREATE TABLE t2 (q int); END IF;
 IF EXISTS (SELECT FROM information_schema.columns WHERE table_name = 't2' and column_name = 'b') THEN ALTER TABLE t2 RENAME COLUMN b TO bb; END IF;
END $$;
-- next migration
ALTER TABLE t2 DROP COLUMN bb;
DROP TABLE t2;
-- next migration
CREATE FUNCTION mk() RETURNS void LANGUAGE plpgsql AS $$ BEGIN IF NOT EXISTS (SELECT FROM pg_tables WHERE tablename='u') THEN CREATE TABLE u (a int); END IF; END $$;
DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_tables WHERE tablename='u') THEN PERFORM mk(); CREATE INDEX ui ON u (a); END IF; END $$;
-- next migration
DO $$ BEGIN CREATE TYPE e AS ENUM ('a'); EXCEPTION WHEN duplicate_object THEN NULL; END $$;
DO $$ BEGIN CREATE TYPE e AS ENUM ('a', 'b'); EXCEPTION WHEN duplicate_object THEN NULL; END $$;
DO $$ DECLARE n int; BEGIN SELECT count(*) INTO n FROM pg_type WHERE typname = 'e'; IF n = 0 THEN CREATE TYPE e AS ENUM ('z'); ELSE ALTER TYPE e RENAME TO e2; END IF; END $$;
DO $$ BEGIN IF to_regclass('public.u') IS NOT NULL THEN ALTER TABLE u RENAME TO u2; END IF; END $$;
DO $$ BEGIN IF to_regclass('u') IS NULL AND EXISTS (SELECT 1 FROM pg_class WHERE relname = 'u2' AND relkind = 'r') THEN DROP TABLE u2; END IF; END $$;
