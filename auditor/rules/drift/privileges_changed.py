"""Privileges on an object are not what they should be.

What it means
    A role was granted something on the object, or lost it, that the history and the contract do not say.

Why it matters
    Who may write the queue, or call a function that does, is a part of the contract as much as the table.

What to do
    Run the repair (`GRANT` or `REVOKE`), or write the migration that makes the change.

How to allow it
    By object, with a reason and an end: `{code: DRF007, object: "table public.jobs", reason: ...}`.
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
    "migrations/0001_jobs.sql": "CREATE TABLE public.jobs (id bigint PRIMARY KEY);\n",
    "live.sql": "GRANT INSERT ON public.jobs TO PUBLIC;\n",
}
GOOD = BAD | {
    "migrations/0002_grant.sql": "GRANT INSERT ON public.jobs TO PUBLIC;\n",
    "live.sql": "",
}

RULE = Rule(
    code="DRF007",
    name="privileges-changed",
    severity=Severity.ERROR,
    help="run the repair, or write the grant into a migration",
    page=__doc__,
    bad=BAD,
    good=GOOD,
)
