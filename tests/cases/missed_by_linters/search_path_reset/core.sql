ALTER FUNCTION public.append_document_entity_event(uuid, text, uuid, text, jsonb) RESET search_path;
