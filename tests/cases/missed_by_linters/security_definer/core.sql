ALTER FUNCTION public.guard_document_entity_events() SECURITY DEFINER;
