CREATE TRIGGER shortcut AFTER UPDATE ON public.user_documents FOR EACH ROW EXECUTE FUNCTION public.process_document_entity_events();
