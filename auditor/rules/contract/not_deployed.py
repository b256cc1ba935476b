"""A migration that must have reached the live database has not.

What it means
    `contract.deployed` names the migration; the ledger of the migration tool in the live database does not
    have it, or what it defines is not what runs.

Why it matters
    The entry was written because something is wrong in production until this migration is there.

What to do
    Apply the migration. If the ledger says it is applied and the database does not agree, something undid
    it: `auditor drift --scope all` shows what.

How to allow it
    `mode: compat` on the entry counts it as a warning until the release.
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
  deployed:
    - {migration: "0002_key", reason: duplicates in production until then}
""",
    "migrations/0001_jobs.sql": "CREATE TABLE public.jobs (id bigint PRIMARY KEY, key text);\n",
    "migrations/0002_key.sql": "CREATE UNIQUE INDEX jobs_key ON public.jobs (key);\n",
    "live.sql": "DROP INDEX public.jobs_key;\n",
}
GOOD = BAD | {"live.sql": ""}

RULE = Rule(
    code="CON008",
    name="not-deployed",
    severity=Severity.ERROR,
    help="apply the migration",
    page=__doc__,
    bad=BAD,
    good=GOOD,
)
