CREATE OR REPLACE FUNCTION public.guard_document_entity_events() RETURNS trigger LANGUAGE plpgsql
SET search_path TO 'public', 'pg_temp' AS $$
BEGIN
    RETURN NEW;
EXCEPTION WHEN OTHERS THEN
    RETURN OLD;
END $$;
