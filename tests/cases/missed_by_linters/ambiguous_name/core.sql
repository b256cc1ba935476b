CREATE OR REPLACE FUNCTION public.heartbeat_executor_job(p_job_id bigint, p_worker text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
DECLARE
    status text := 'running';
BEGIN
    UPDATE executor_jobs SET heartbeat_at = now() WHERE id = p_job_id AND claimed_by = p_worker AND status = 'running';
    RETURN FOUND;
END $$;
