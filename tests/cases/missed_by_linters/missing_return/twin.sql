CREATE OR REPLACE FUNCTION ops.touch_note() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = '' AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        RETURN NEW;
    END IF;
END $$;
