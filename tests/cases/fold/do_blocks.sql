DO $$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_type WHERE typname = 'st') THEN CREATE TYPE st AS ENUM ('a'); END IF;
  CREATE TABLE t (id int, s st);
  IF NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = 't_pk') THEN ALTER TABLE t ADD CONSTRAINT t_pk PRIMARY KEY (id); END IF;
  IF NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = 't_pk') THEN ALTER TABLE t ADD CONSTRAINT t_pk PRIMARY KEY (id); END IF;
END $$;
DO $$ BEGIN CREATE TYPE st AS ENUM ('a'); EXCEPTION WHEN duplicate_object THEN NULL; END $$;
DO $$ BEGIN EXECUTE 'CREATE INDEX dyn ON t (id)'; END $$;
DO $$ DECLARE r text; BEGIN
  FOREACH r IN ARRAY ARRAY['x', 'y'] LOOP EXECUTE format('CREATE TABLE %I (id int PRIMARY KEY)', r); END LOOP;
END $$;
CREATE TABLE guarded (id int);
DO $$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM information_schema.columns WHERE table_name = 'guarded' AND column_name = 'id') THEN
    ALTER TABLE guarded ADD COLUMN id int;
  END IF;
  IF EXISTS (SELECT 1 FROM information_schema.columns WHERE table_name = 'guarded' AND column_name = 'nothing') THEN
    ALTER TABLE guarded RENAME COLUMN nothing TO something;
  END IF;
  IF EXISTS (SELECT 1 FROM pg_class WHERE relname = 'guarded') THEN
    CREATE INDEX guarded_id ON guarded (id);
  END IF;
  IF EXISTS (SELECT 1 FROM pg_indexes WHERE indexname = 'no_such') THEN DROP INDEX guarded_id; END IF;
END $$;
