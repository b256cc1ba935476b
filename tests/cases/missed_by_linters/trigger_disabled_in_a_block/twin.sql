DO $$ BEGIN EXECUTE format('ALTER TABLE %I.%I DISABLE TRIGGER ALL', 'ops', 'notes'); END $$;
