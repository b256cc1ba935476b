CREATE OR REPLACE FUNCTION public.guard_document_entity_events() RETURNS trigger LANGUAGE plpgsql
SET search_path TO 'public', 'pg_temp' AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        RETURN NEW;
    END IF;
END $$;
