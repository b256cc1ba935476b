"""A function runs with other rights, or in another setting, than it should.

What it means
    SECURITY DEFINER or INVOKER, a SET clause such as `search_path`, the owner, LEAKPROOF: the database has
    another value than the history or the contract.

Why it matters
    A SECURITY DEFINER function runs with the rights of its owner. One that became so by hand, or that lost
    its fixed `search_path`, lets its callers do what they may not.

What to do
    Run the repair (`ALTER FUNCTION ...`), or write the migration that makes the change.

How to allow it
    By object, with a reason and an end: `{code: DRF006, object: "function public.f()", reason: ...}`.
"""

from __future__ import annotations

from auditor.model import Severity
from auditor.model.rule import Rule

BAD = {
    "classifications.yaml": """\
version: 1
migrations: [{path: migrations}]
classes: {core: [function public.claim_job()]}
""",
    "migrations/0001_claim.sql": """\
CREATE FUNCTION public.claim_job() RETURNS integer LANGUAGE sql AS 'SELECT 1';
""",
    "live.sql": "ALTER FUNCTION public.claim_job() SECURITY DEFINER;\n",
}
GOOD = BAD | {"live.sql": "ALTER FUNCTION public.claim_job() SECURITY INVOKER;\n"}

RULE = Rule(
    code="DRF006",
    name="function-security-changed",
    severity=Severity.ERROR,
    help="run the repair; see who called the function meanwhile",
    page=__doc__,
    bad=BAD,
    good=GOOD,
)
