CREATE OR REPLACE FUNCTION public.heartbeat_executor_job(p_job_id bigint, p_worker text) RETURNS boolean
LANGUAGE sql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS
    'SELECT EXISTS (SELECT FROM user_documents WHERE status = ''anchored'')';
