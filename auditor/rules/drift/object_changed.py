"""An object is there, but not as the history or the contract has it.

What it means
    One or more fields of the object differ: the predicate of an index, the type of a column, a CHECK, a
    policy's expression, an owner.

Why it matters
    The expected state is what was reviewed. A unique index that is no longer unique still has its name.

What to do
    Run the repair, or write the migration that makes the change and, where the contract names the value,
    change the contract with it.

How to allow it
    By object, with a reason and an end: `{code: DRF004, object: "index public.jobs_key", reason: ...}`.
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
CREATE TABLE public.jobs (id bigint PRIMARY KEY, key text);
CREATE UNIQUE INDEX jobs_key ON public.jobs (key);
""",
    "live.sql": """\
DROP INDEX public.jobs_key;
CREATE INDEX jobs_key ON public.jobs (key);
""",
}
GOOD = BAD | {
    "migrations/0002_key.sql": BAD["live.sql"],
    "live.sql": "",
}

RULE = Rule(
    code="DRF004",
    name="object-changed",
    severity=Severity.ERROR,
    help="run the repair, or write the migration that makes the change",
    page=__doc__,
    bad=BAD,
    good=GOOD,
)
