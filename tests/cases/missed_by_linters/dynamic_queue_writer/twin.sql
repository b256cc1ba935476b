CREATE FUNCTION ops.put(p_column text, p_value text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('INSERT INTO ops.notes (%I) VALUES (%L)', p_column, p_value);
END $$;
