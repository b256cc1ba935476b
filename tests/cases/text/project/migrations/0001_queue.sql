CREATE TABLE public.documents (
    id bigint PRIMARY KEY,
    state text NOT NULL,
    events jsonb NOT NULL DEFAULT '[]'
);
CREATE TABLE public.jobs (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    document bigint NOT NULL REFERENCES public.documents,
    type text NOT NULL CHECK (type IN ('scan', 'index')),
    status text NOT NULL DEFAULT 'queued',
    created timestamptz NOT NULL DEFAULT now(),
    dedupe_key text
);
CREATE UNIQUE INDEX jobs_dedupe ON public.jobs (dedupe_key) WHERE dedupe_key IS NOT NULL;

CREATE FUNCTION public.enqueue() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO public.jobs (document, type, dedupe_key) VALUES (NEW.id, 'scan', 'scan:' || NEW.id)
    ON CONFLICT (dedupe_key) WHERE dedupe_key IS NOT NULL DO NOTHING;
    RETURN NEW;
END $$;
CREATE TRIGGER on_change AFTER UPDATE OF events ON public.documents FOR EACH ROW EXECUTE FUNCTION public.enqueue();
