ALTER TABLE ops.notes DROP CONSTRAINT notes_kind_check, ADD CONSTRAINT notes_kind_check CHECK (kind IN ('a', 'b'));
