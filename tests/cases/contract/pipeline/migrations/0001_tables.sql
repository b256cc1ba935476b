CREATE TABLE public.documents (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    events jsonb NOT NULL DEFAULT '[]'
);
CREATE TABLE public.jobs (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    document_id bigint NOT NULL REFERENCES public.documents (id),
    type text NOT NULL CONSTRAINT jobs_type_check CHECK (type IN ('protect', 'stamp', 'anchor')),
    status text NOT NULL DEFAULT 'queued',
    dedupe_key text
);
CREATE UNIQUE INDEX jobs_dedupe_key ON public.jobs (dedupe_key) WHERE dedupe_key IS NOT NULL;
CREATE TABLE public.summaries (document_id bigint PRIMARY KEY, title text);
