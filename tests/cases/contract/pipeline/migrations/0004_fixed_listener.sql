CREATE OR REPLACE FUNCTION public.on_events() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO jobs (document_id, type, dedupe_key) VALUES (NEW.id, 'protect', 'protect:' || NEW.id)
        ON CONFLICT (dedupe_key) WHERE dedupe_key IS NOT NULL DO NOTHING;
    RETURN NEW;
END
$$;
