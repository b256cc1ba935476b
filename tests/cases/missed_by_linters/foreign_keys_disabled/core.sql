ALTER TABLE public.executor_job_runs DISABLE TRIGGER ALL;
