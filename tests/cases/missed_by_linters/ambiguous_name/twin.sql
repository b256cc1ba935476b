CREATE FUNCTION ops.heartbeat(p_id bigint) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    v_status text := 'running';
BEGIN
    UPDATE ops.notes SET kind = 'a' WHERE id = p_id AND status = v_status;
    RETURN FOUND;
END $$;
