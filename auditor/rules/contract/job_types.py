"""The database does not let in exactly the job types that the contract declares.

What it means
    The CHECK, enum or domain of the queue's type column allows more, fewer or other values than
    `contract.queues[].job_types`, or there is none.

Why it matters
    A type that is let in and that nobody claims stays in the queue for ever. A type that is not let in
    makes the listener fail, and with it the transaction that wrote the event.

What to do
    Run the repair, or change the contract in the same commit as the migration that changes the whitelist.

How to allow it
    `mode: compat` on the entry counts it as a warning for a while; or by object, with a reason and an end:
    `{code: CON004, object: "table public.jobs", reason: ..., until: ...}`.
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
  queues:
    - table: public.jobs
      job_types: {column: type, allowed: [build, send]}
""",
    "migrations/0001_jobs.sql": """\
CREATE TABLE public.jobs (
    id bigint PRIMARY KEY,
    type text NOT NULL CHECK (type IN ('build', 'send', 'anything'))
);
""",
}
GOOD = BAD | {
    "migrations/0001_jobs.sql": """\
CREATE TABLE public.jobs (
    id bigint PRIMARY KEY,
    type text NOT NULL CHECK (type IN ('build', 'send'))
);
""",
}

RULE = Rule(
    code="CON004",
    name="job-types",
    severity=Severity.ERROR,
    help="run the repair, or change the contract together with the migration",
    page=__doc__,
    bad=BAD,
    good=GOOD,
)
