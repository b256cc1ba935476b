CREATE FUNCTION ops.claim_notes(p_limit integer) RETURNS SETOF ops.notes LANGUAGE sql AS $$
    UPDATE ops.notes SET status = 'running'
     WHERE id IN (SELECT id FROM ops.notes WHERE status = 'queued' LIMIT p_limit)
    RETURNING *
$$;
