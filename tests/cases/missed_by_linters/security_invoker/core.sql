ALTER FUNCTION public.claim_orchestrator_jobs(integer, text) SECURITY INVOKER;
