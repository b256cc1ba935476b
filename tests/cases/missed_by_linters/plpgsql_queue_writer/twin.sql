CREATE FUNCTION ops.enqueue_again(p_id bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO ops.notes (kind) SELECT kind FROM ops.notes WHERE id = p_id;
END $$;
