DO $$ BEGIN EXECUTE format('ALTER TABLE %I.%I DISABLE TRIGGER ALL', 'public', 'document_entities'); END $$;
