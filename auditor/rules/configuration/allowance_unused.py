"""An entry of `allow:`, or a comment that allows a finding, lets nothing pass.

What it means
    No finding of this run has the code and the object or file that the entry names, or stands where the comment
    `auditor: allow CODE reason` is about: on its line, or in the statement behind it.

Why it matters
    Either the problem is solved and the exception forgotten, or the entry is misspelt. Left in place it
    will one day let pass something that nobody meant.

What to do
    Delete the entry, or correct its code, object or file.

How to allow it
    This cannot be allowed: an exception for an unused exception has no use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.model import Finding, Location, Severity
from auditor.model.rule import Rule

if TYPE_CHECKING:
    from auditor.declaration.document import Allowance

BAD = {
    "classifications.yaml": """\
version: 1
migrations: [{path: migrations}]
classes: {core: [table public.jobs]}
allow:
  - {code: CLS001, object: table public.job_runs, reason: comes with the next release}
""",
    "migrations/0001_jobs.sql": "CREATE TABLE public.jobs (id bigint PRIMARY KEY);\n",
}
GOOD = {
    "classifications.yaml": """\
version: 1
migrations: [{path: migrations}]
classes: {core: [table public.jobs]}
""",
    "migrations/0001_jobs.sql": BAD["migrations/0001_jobs.sql"],
}

RULE = Rule(
    code="CFG002",
    name="allowance-unused",
    severity=Severity.WARNING,
    help="delete the entry, or correct its code, object or file",
    page=__doc__,
    bad=BAD,
    good=GOOD,
)


def finding(allowance: Allowance, *, known_code: bool) -> Finding:
    """The finding for one entry."""
    what = allowance.object or allowance.file
    why = "no finding of this run is such" if known_code else f"no rule has the code {allowance.code}"
    return RULE.finding(f"allowance {allowance.code} for {what} is unused: {why}", location=allowance.location)


def of_comment(code: str, location: Location) -> Finding:
    """The finding for one comment."""
    return RULE.finding(f"the comment allows {code}, and there is no such finding here", location=location)
