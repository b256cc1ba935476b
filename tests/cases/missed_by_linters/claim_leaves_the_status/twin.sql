CREATE FUNCTION ops.claim_notes(p_limit integer) RETURNS SETOF ops.notes LANGUAGE sql AS $$
    UPDATE ops.notes SET kind = 'a'
     WHERE id IN (SELECT id FROM ops.notes WHERE status = 'queued' LIMIT p_limit FOR UPDATE SKIP LOCKED)
    RETURNING *
$$;
