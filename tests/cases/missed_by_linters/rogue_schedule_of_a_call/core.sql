SELECT cron.schedule('* * * * *', 'SELECT public.claim_orchestrator_jobs(100, ''cron'')');
