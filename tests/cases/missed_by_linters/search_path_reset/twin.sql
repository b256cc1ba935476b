ALTER FUNCTION ops.touch_note() SET search_path = public;
