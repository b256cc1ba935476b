CREATE FUNCTION ops.reset(p_status text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE 'UPDATE ops.notes SET status = ''queued'' WHERE status = $1' USING p_status;
END $$;
