CREATE FUNCTION public.on_events() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO jobs (document_id, type, dedupe_key) VALUES (NEW.id, 'protect', 'first:' || NEW.id);
    RETURN NEW;
END
$$;
CREATE TRIGGER on_events AFTER UPDATE OF events ON public.documents
    FOR EACH ROW EXECUTE FUNCTION public.on_events();

CREATE FUNCTION public.claim_protect(how_many integer) RETURNS SETOF public.jobs LANGUAGE sql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
    UPDATE jobs SET status = 'running'
     WHERE id IN (SELECT id FROM jobs WHERE status = 'queued' AND type = 'protect'
                   ORDER BY id LIMIT how_many FOR UPDATE SKIP LOCKED)
    RETURNING *
$$;
CREATE FUNCTION public.claim_others(how_many integer) RETURNS SETOF public.jobs LANGUAGE sql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
    UPDATE jobs SET status = 'running'
     WHERE id IN (SELECT id FROM jobs WHERE status = 'queued' AND type IN ('stamp', 'anchor')
                   ORDER BY id LIMIT how_many FOR UPDATE SKIP LOCKED)
    RETURNING *
$$;
REVOKE EXECUTE ON FUNCTION public.claim_protect(integer) FROM PUBLIC;
