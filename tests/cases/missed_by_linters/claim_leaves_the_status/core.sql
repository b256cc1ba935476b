CREATE OR REPLACE FUNCTION public.claim_initial_decision_jobs(p_limit integer, p_worker text)
RETURNS SETOF public.executor_jobs LANGUAGE sql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
    UPDATE executor_jobs SET claimed_by = p_worker
     WHERE id IN (SELECT id FROM executor_jobs WHERE status = 'queued' AND type = 'protect_document_v2'
                   LIMIT p_limit FOR UPDATE SKIP LOCKED)
    RETURNING *
$$;
