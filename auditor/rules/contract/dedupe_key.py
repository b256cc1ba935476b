"""A uniqueness that the contract declares is not enforced.

What it means
    No valid unique index or constraint of the table has exactly the columns, the predicate and the
    treatment of NULL that `contract.dedupe_keys` declares.

Why it matters
    The key is what makes writing twice harmless. Without it a retry, or two workers at once, make two jobs
    of one event; with another predicate, some of them.

What to do
    Look for duplicates first, then run the repair: the index cannot be built while there are any.

How to allow it
    `mode: compat` on the entry counts it as a warning for a while; or by object, with a reason and an end:
    `{code: CON003, object: "table public.jobs", reason: ..., until: ...}`.
"""

from __future__ import annotations

from auditor.model import Severity
from auditor.model.rule import Rule

BAD = {
    "classifications.yaml": """\
version: 1
migrations: [{path: migrations}]
classes: {core: [table public.jobs]}
contract:
  dedupe_keys:
    - {table: public.jobs, columns: [dedupe_key], where: dedupe_key IS NOT NULL}
""",
    "migrations/0001_jobs.sql": """\
CREATE TABLE public.jobs (id bigint PRIMARY KEY, dedupe_key text);
CREATE INDEX jobs_dedupe_key ON public.jobs (dedupe_key) WHERE dedupe_key IS NOT NULL;
""",
}
GOOD = BAD | {
    "migrations/0001_jobs.sql": """\
CREATE TABLE public.jobs (id bigint PRIMARY KEY, dedupe_key text);
CREATE UNIQUE INDEX jobs_dedupe_key ON public.jobs (dedupe_key) WHERE dedupe_key IS NOT NULL;
""",
}

RULE = Rule(
    code="CON003",
    name="dedupe-key",
    severity=Severity.ERROR,
    help="remove duplicates, then run the repair",
    page=__doc__,
    bad=BAD,
    good=GOOD,
)
