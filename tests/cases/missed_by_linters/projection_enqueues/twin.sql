CREATE TRIGGER shortcut AFTER UPDATE ON ops.note_list FOR EACH ROW EXECUTE FUNCTION ops.touch_note();
