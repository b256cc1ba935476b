CREATE RULE also AS ON INSERT TO public.executor_job_runs DO ALSO INSERT INTO public.executor_jobs (entity_id, type) VALUES (gen_random_uuid(), 'run_tsa');
