CREATE FUNCTION public.rename_job(p_id bigint, p_key text) RETURNS void LANGUAGE sql AS
    'UPDATE executor_jobs SET dedupe_key = p_key WHERE id = p_id';
