"""A claiming function takes other jobs than the contract says.

What it means
    The literals with which the function compares the type column are not the `job_types` of its entry in
    `claims`. (A function that compares it with none cannot be judged, and is said to be not checked.)

Why it matters
    Decision and execution are kept apart by what each worker may claim. A function that claims without
    scope runs jobs in the wrong process; a type that nobody claims waits for ever.

What to do
    Correct the list in the function's body, or the contract, in the same commit.

How to allow it
    `mode: compat` on the entry counts it as a warning for a while; or by object, with a reason and an end:
    `{code: CON006, object: "function public.claim_job()", reason: ..., until: ...}`.
"""

from __future__ import annotations

from auditor.model import Severity
from auditor.model.rule import Rule

BAD = {
    "classifications.yaml": """\
version: 1
migrations: [{path: migrations}]
classes: {core: [table public.jobs, function public.claim_*]}
contract:
  queues:
    - table: public.jobs
      job_types: {column: type, allowed: [build, send]}
      claims:
        - {function: public.claim_build(), job_types: [build]}
        - {function: public.claim_send(), job_types: [send]}
""",
    "migrations/0001_jobs.sql": """\
CREATE TABLE public.jobs (
    id bigint PRIMARY KEY,
    type text NOT NULL CHECK (type IN ('build', 'send')),
    status text NOT NULL
);
CREATE FUNCTION public.claim_build() RETURNS bigint LANGUAGE sql AS $$
    UPDATE public.jobs SET status = 'running'
     WHERE id = (SELECT id FROM public.jobs
                  WHERE status = 'waiting' AND type IN ('build', 'send')
                  LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING id
$$;
CREATE FUNCTION public.claim_send() RETURNS bigint LANGUAGE sql AS $$
    UPDATE public.jobs SET status = 'running'
     WHERE id = (SELECT id FROM public.jobs
                  WHERE status = 'waiting' AND type = 'send'
                  LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING id
$$;
""",
}
GOOD = BAD | {
    "migrations/0002_scope.sql": """\
CREATE OR REPLACE FUNCTION public.claim_build() RETURNS bigint LANGUAGE sql AS $$
    UPDATE public.jobs SET status = 'running'
     WHERE id = (SELECT id FROM public.jobs
                  WHERE status = 'waiting' AND type = 'build'
                  LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING id
$$;
""",
}

RULE = Rule(
    code="CON006",
    name="claim-scope",
    severity=Severity.ERROR,
    help="correct the types in the function's body, or the contract, in the same commit",
    page=__doc__,
    bad=BAD,
    good=GOOD,
)
