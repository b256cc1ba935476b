DROP POLICY notes_all ON ops.notes;
