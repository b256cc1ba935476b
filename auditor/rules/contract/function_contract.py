"""A function is not what the contract says of it.

What it means
    The function is not there, or its body, language, volatility, security, SET clauses or the roles that
    may call it are not what `contract.functions` declares.

Why it matters
    These are the functions that decide: which job is made, who may claim it, with whose rights it runs.

What to do
    Run the repair, or change the contract in the same commit as the migration that changes the function.

How to allow it
    `mode: compat` on the entry counts it as a warning for a while; or by object, with a reason and an end:
    `{code: CON002, object: "function public.claim_job()", reason: ..., until: ...}`.
"""

from __future__ import annotations

from auditor.model import Severity
from auditor.model.rule import Rule

BAD = {
    "classifications.yaml": """\
version: 1
migrations: [{path: migrations}]
classes: {core: [function public.claim_job()]}
contract:
  functions:
    - name: public.claim_job()
      security: definer
      settings: {search_path: "public, pg_temp"}
""",
    "migrations/0001_claim.sql": """\
CREATE FUNCTION public.claim_job() RETURNS integer LANGUAGE sql AS 'SELECT 1';
""",
}
GOOD = BAD | {
    "migrations/0001_claim.sql": """\
CREATE FUNCTION public.claim_job() RETURNS integer LANGUAGE sql
    SECURITY DEFINER SET search_path = public, pg_temp AS 'SELECT 1';
REVOKE EXECUTE ON FUNCTION public.claim_job() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.claim_job() TO pg_monitor;
""",
}

RULE = Rule(
    code="CON002",
    name="function-contract",
    severity=Severity.ERROR,
    help="run the repair, or change the contract together with the migration",
    page=__doc__,
    bad=BAD,
    good=GOOD,
)
