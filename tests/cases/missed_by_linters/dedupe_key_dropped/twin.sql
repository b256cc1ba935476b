DROP INDEX ops.notes_key;
