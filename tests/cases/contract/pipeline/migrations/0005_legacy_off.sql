ALTER TABLE public.documents DISABLE TRIGGER old_hook;
DROP FUNCTION public.old_enqueue(bigint);
