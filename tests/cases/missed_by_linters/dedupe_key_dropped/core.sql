DROP INDEX public.executor_jobs_dedupe_key_key;
