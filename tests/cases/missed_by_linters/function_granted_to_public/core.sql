GRANT EXECUTE ON FUNCTION public.claim_initial_decision_jobs(integer, text) TO PUBLIC;
