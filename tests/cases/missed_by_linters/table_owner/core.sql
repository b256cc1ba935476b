ALTER TABLE public.executor_jobs OWNER TO ops_reader;
