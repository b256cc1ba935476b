CREATE FUNCTION ops.rename_note(p_id bigint, p_key text) RETURNS void LANGUAGE sql AS
    'UPDATE ops.notes SET note_key = p_key WHERE id = p_id';
