ALTER TABLE public.executor_jobs DROP CONSTRAINT executor_jobs_type_check, ADD CONSTRAINT executor_jobs_type_check CHECK (type IN ('protect_document_v2', 'run_tsa', 'submit_anchor'));
