CREATE FUNCTION public.enqueue_again(p_id bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO executor_jobs (entity_id, type) SELECT entity_id, type FROM executor_jobs WHERE id = p_id;
END $$;
