CREATE FUNCTION public.old_enqueue(document bigint) RETURNS void LANGUAGE sql AS
    'INSERT INTO public.jobs (document_id, type) VALUES (document, ''protect'')';
CREATE FUNCTION public.old_hook() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN PERFORM public.old_enqueue(NEW.id); RETURN NEW; END';
CREATE TRIGGER old_hook AFTER INSERT ON public.documents
    FOR EACH ROW EXECUTE FUNCTION public.old_hook();
