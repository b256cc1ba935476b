CREATE FUNCTION public.claim(most integer, worker_that_asks text) RETURNS SETOF public.jobs LANGUAGE sql AS $$
    UPDATE public.jobs SET status = 'running' WHERE id IN (
        SELECT j.id FROM public.jobs j WHERE j.status = 'queued' AND j.type IN ('scan', 'index')
        ORDER BY j.id LIMIT most FOR UPDATE SKIP LOCKED)
    RETURNING *
$$;
