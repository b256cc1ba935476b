CREATE TABLE public.legacy_enqueue_counts (source text, day date, enqueued bigint);
