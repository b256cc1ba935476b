"""A function writes a projection and is not one of its writers.

What it means
    The body of the function inserts, updates or deletes rows of a table that `contract.projections` declares, or
    of a view on it, and the function is not in its `writers`; or there are no `writers`, and no migration made
    the function.

Why it matters
    A projection that something else than the events writes no longer says what the events say, and cannot be
    made anew from them.

What to do
    Let the function write an event instead, or drop it. If it is right, add it to `writers`.

How to allow it
    `mode: compat` on the entry counts it as a warning for a while; or by object, with a reason and an end:
    `{code: CON010, object: "function public.fix_list()", reason: ..., until: ...}`.
"""

from __future__ import annotations

from auditor.model import Severity
from auditor.model.rule import Rule

BAD = {
    "classifications.yaml": """\
version: 1
migrations: [{path: migrations}]
classes: {core: [table public.*, function public.*]}
contract:
  projections:
    - {table: public.job_list, writers: [public.project()]}
""",
    "migrations/0001_jobs.sql": """\
CREATE TABLE public.job_list (id bigint PRIMARY KEY, status text);
CREATE FUNCTION public.project() RETURNS void LANGUAGE sql AS
    'INSERT INTO public.job_list VALUES (1, ''done'')';
CREATE FUNCTION public.fix() RETURNS void LANGUAGE sql AS
    'UPDATE public.job_list SET status = ''done'' WHERE id = 1';
""",
}
GOOD = BAD | {"migrations/0002_fix.sql": "DROP FUNCTION public.fix();\n"}

RULE = Rule(
    code="CON010",
    name="projection-write",
    severity=Severity.ERROR,
    help="let the function write an event instead, or add it to `writers`",
    page=__doc__,
    bad=BAD,
    good=GOOD,
)
