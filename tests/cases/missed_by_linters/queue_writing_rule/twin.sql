CREATE RULE also AS ON INSERT TO ops.note_list DO ALSO INSERT INTO ops.notes (kind) VALUES ('a');
