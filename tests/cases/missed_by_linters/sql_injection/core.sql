CREATE FUNCTION public.reclaim_stale_jobs(p_where text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE 'UPDATE executor_jobs SET status = ''queued'' WHERE ' || p_where;
END $$;
