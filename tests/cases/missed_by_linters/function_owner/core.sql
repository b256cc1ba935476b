ALTER FUNCTION public.finish_executor_job(bigint, text, text) OWNER TO ops_reader;
