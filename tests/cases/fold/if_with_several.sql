CREATE TABLE t (id int);
DO $$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM information_schema.columns WHERE table_name = 't' AND column_name = 'x') THEN
    ALTER TABLE t ADD COLUMN x int;
    COMMENT ON COLUMN t.x IS 'new';
    CREATE INDEX t_x ON t (x);
    ALTER TABLE t ADD CONSTRAINT t_x_positive CHECK (x > 0);
  END IF;
END $$;
DO $$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM information_schema.columns WHERE table_name = 't' AND column_name = 'x') THEN
    ALTER TABLE t ADD COLUMN x int;
    CREATE INDEX t_x2 ON t (x);
  END IF;
END $$;
