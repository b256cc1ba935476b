"""A comment allows a finding, but does not say why, or not what.

What it means
    `auditor: allow CODE reason` needs the code of a rule and a reason behind it. This comment lets nothing pass.

Why it matters
    Whoever reads the line next cannot tell whether the exception still holds.

What to do
    Write the code and the reason: `-- auditor: allow FUN002 the caller is trusted, see the design`.

How to allow it
    This cannot be allowed: give the reason.
"""

from __future__ import annotations

from auditor.model import Finding, Location, Severity
from auditor.model.rule import Rule

BAD = {
    "classifications.yaml": """\
version: 1
migrations: [{path: migrations}]
classes: {core: [table public.jobs]}
""",
    "migrations/0001_jobs.sql": """\
CREATE TABLE public.jobs (id bigint PRIMARY KEY);
-- auditor: allow CLS001
CREATE TABLE public.job_runs (id bigint PRIMARY KEY);
""",
}
GOOD = BAD | {
    "migrations/0001_jobs.sql": """\
CREATE TABLE public.jobs (id bigint PRIMARY KEY);
-- auditor: allow CLS001 to be classified with the next release
CREATE TABLE public.job_runs (id bigint PRIMARY KEY);
""",
}

RULE = Rule(
    code="CFG004",
    name="allowance-without-reason",
    severity=Severity.ERROR,
    help="write the code of the rule and the reason: auditor: allow CODE REASON",
    page=__doc__,
    bad=BAD,
    good=GOOD,
)


def finding(code: str, location: Location, *, known_code: bool) -> Finding:
    """The finding for one comment."""
    if not code:
        what = "the comment names no rule"
    elif not known_code:
        what = f"no rule has the code {code}"
    else:
        what = f"the comment does not say why {code} is allowed"
    return RULE.finding(f"{what}: `auditor: allow CODE REASON`", location=location)
