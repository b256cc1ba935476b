GRANT INSERT ON public.executor_jobs TO PUBLIC;
