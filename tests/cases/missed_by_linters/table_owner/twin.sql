ALTER TABLE ops.notes OWNER TO ops_reader;
