ALTER TABLE public.document_entities DISABLE TRIGGER USER;
