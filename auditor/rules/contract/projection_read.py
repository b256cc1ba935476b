"""A core function reads a projection.

What it means
    The body of a function of class core reads a table that `contract.projections` declares.

Why it matters
    A projection is written from events, later and best effort. Who decides from it decides from the past,
    and makes it a second authority.

What to do
    Read the authoritative table instead.

How to allow it
    By object, with a reason and an end:
    `{code: CON007, object: "function public.claim_job()", reason: ..., until: ...}`.
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
  projections: [public.job_list]
""",
    "migrations/0001_jobs.sql": """\
CREATE TABLE public.jobs (id bigint PRIMARY KEY, status text);
CREATE TABLE public.job_list (id bigint PRIMARY KEY, status text);
CREATE FUNCTION public.is_done(bigint) RETURNS boolean LANGUAGE sql AS
    'SELECT status = ''done'' FROM public.job_list WHERE id = $1';
""",
}
GOOD = BAD | {
    "migrations/0002_done.sql": """\
CREATE OR REPLACE FUNCTION public.is_done(bigint) RETURNS boolean LANGUAGE sql AS
    'SELECT status = ''done'' FROM public.jobs WHERE id = $1';
""",
}

RULE = Rule(
    code="CON007",
    name="projection-read",
    severity=Severity.ERROR,
    help="read the authoritative table instead",
    page=__doc__,
    bad=BAD,
    good=GOOD,
)
