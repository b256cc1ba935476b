ALTER FUNCTION ops.read_note(bigint) OWNER TO ops_reader;
