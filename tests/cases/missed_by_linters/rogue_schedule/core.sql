SELECT cron.schedule('night', '0 3 * * *', $$DELETE FROM public.executor_jobs WHERE status = 'dead'$$);
