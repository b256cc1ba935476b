GRANT UPDATE (status) ON public.executor_jobs TO PUBLIC;
