ALTER TABLE ops.notes DISABLE TRIGGER touch_note;
