CREATE FUNCTION ops.any_note() RETURNS boolean LANGUAGE sql AS
    'SELECT EXISTS (SELECT FROM ops.note_list WHERE status = ''anchored'')';
