"""An object that should be there is not.

What it means
    The history creates the object and does not drop it again, or the contract names it; the database does
    not have it. Objects that hang on a missing one are not told besides it.

Why it matters
    What relies on the object fails, or worse, goes on without it: a missing trigger raises no error.

What to do
    Apply the migration that creates it (the finding names it), or run the SQL shown under `repair`. If it
    was dropped on purpose, write the migration that says so.

How to allow it
    By object, with a reason and an end: `{code: DRF001, object: "index public.jobs_type", reason: ...}`.
"""

from __future__ import annotations

from auditor.model import Severity
from auditor.model.rule import Rule

BAD = {
    "classifications.yaml": """\
version: 1
migrations: [{path: migrations}]
classes: {core: [table public.jobs]}
""",
    "migrations/0001_jobs.sql": """\
CREATE TABLE public.jobs (id bigint PRIMARY KEY, type text);
CREATE INDEX jobs_type ON public.jobs (type);
""",
    "live.sql": "DROP INDEX public.jobs_type;\n",
}
GOOD = BAD | {
    "migrations/0002_no_index.sql": "DROP INDEX public.jobs_type;\n",
    "live.sql": "",
}

RULE = Rule(
    code="DRF001",
    name="object-missing",
    severity=Severity.ERROR,
    help="apply the migration that creates it, or run the repair",
    page=__doc__,
    bad=BAD,
    good=GOOD,
)
