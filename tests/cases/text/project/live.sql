ALTER TABLE public.documents DISABLE TRIGGER on_change;
CREATE OR REPLACE FUNCTION public.claim(most integer, worker_that_asks text) RETURNS SETOF public.jobs LANGUAGE sql AS $$
    UPDATE public.jobs SET status = 'running' WHERE id IN (
        SELECT j.id FROM public.jobs j WHERE j.status = 'queued' AND j.type IN ('scan', 'index')
        ORDER BY j.id LIMIT most FOR UPDATE SKIP LOCKED)
    RETURNING *
$$;
INSERT INTO public.documents VALUES
    (1, 'new', '[{"kind": "document.changed", "at": "2026-01-01T10:00:00Z"}, {"kind": "document.indexed", "at": "2026-01-01T10:01:00Z"}]');
INSERT INTO public.jobs (document, type, status, created, dedupe_key) VALUES (1, 'scan', 'done', '2026-01-01 10:00:01Z', 'scan:1');
