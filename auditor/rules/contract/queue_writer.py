"""A function writes a queue and is not one of its declared writers.

What it means
    The body of the function inserts into a table that `contract.queues` declares, and the function is not
    in `writers`; or a declared writer does not write.

Why it matters
    A queue with one entry point is easy to reason about: one place that dedupes, one that names the types.
    A second writer goes past both.

What to do
    Let the function write an event instead and leave the queue to its writer, or drop it. If it is right,
    add it to `writers`.

How to allow it
    `mode: compat` on the entry counts it as a warning for a while; or by object, with a reason and an end:
    `{code: CON005, object: "function public.retry_job(bigint)", reason: ..., until: ...}`.
"""

from __future__ import annotations

from auditor.model import Severity
from auditor.model.rule import Rule

BAD = {
    "classifications.yaml": """\
version: 1
migrations: [{path: migrations}]
classes: {core: [table public.jobs, function public.*]}
contract:
  queues:
    - table: public.jobs
      writers: [public.enqueue(text)]
""",
    "migrations/0001_jobs.sql": """\
CREATE TABLE public.jobs (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, type text);
CREATE FUNCTION public.enqueue(text) RETURNS void LANGUAGE sql AS
    'INSERT INTO public.jobs (type) VALUES ($1)';
CREATE FUNCTION public.retry() RETURNS void LANGUAGE sql AS
    'INSERT INTO public.jobs (type) VALUES (''retry'')';
""",
}
GOOD = BAD | {
    "migrations/0002_retry.sql": """\
CREATE OR REPLACE FUNCTION public.retry() RETURNS void LANGUAGE sql AS
    'SELECT public.enqueue(''retry'')';
""",
}

RULE = Rule(
    code="CON005",
    name="queue-writer",
    severity=Severity.ERROR,
    help="leave writing the queue to its declared writer, or add the function to `writers`",
    page=__doc__,
    bad=BAD,
    good=GOOD,
)
