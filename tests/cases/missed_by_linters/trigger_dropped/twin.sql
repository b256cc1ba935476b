DROP TRIGGER touch_note ON ops.notes;
