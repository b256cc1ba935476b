"""A function does not run the newest body of the history.

What it means
    PostgreSQL keeps the body of a function as it was written, so it can be compared character by character.
    It is not the one of the newest definition. The finding says whether it is that of an older migration,
    or of none.

Why it matters
    An older body means that a migration was not applied, or was overwritten by an older one. A body of no
    migration was edited by hand: the next deployment takes the edit away without a word.

What to do
    Apply the newest definition (the repair is its text). If the edit was right, write it into a migration.

How to allow it
    By object, with a reason and an end:
    `{code: DRF003, object: "function public.claim_job()", reason: hot fix of the incident, until: ...}`.
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
    "live.sql": """\
CREATE OR REPLACE FUNCTION public.claim_job() RETURNS integer LANGUAGE sql AS 'SELECT 2';
""",
}
GOOD = BAD | {
    "migrations/0002_claim.sql": BAD["live.sql"],
    "live.sql": "",
}

RULE = Rule(
    code="DRF003",
    name="function-body-changed",
    severity=Severity.ERROR,
    help="apply the newest definition, or write the edit into a migration",
    page=__doc__,
    bad=BAD,
    good=GOOD,
)
