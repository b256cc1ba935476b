"""An entry of `allow:` has come to its end.

What it means
    The day in `until:` is past. The entry lets nothing pass any more; what it let pass is a finding again.

Why it matters
    Somebody decided that the exception is temporary. That day has come.

What to do
    Solve what the exception was for. If it needs more time, move `until:` and say in `reason:` why.

How to allow it
    This cannot be allowed: move `until:` instead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.model import Finding, Severity
from auditor.model.rule import Rule

if TYPE_CHECKING:
    from auditor.declaration.document import Allowance

BAD = {
    "classifications.yaml": """\
version: 1
migrations: [{path: migrations}]
classes: {core: [table public.jobs]}
allow:
  - {code: CLS001, object: table public.job_runs, reason: to be classified, until: 2020-01-31}
""",
    "migrations/0001_jobs.sql": """\
CREATE TABLE public.jobs (id bigint PRIMARY KEY);
CREATE TABLE public.job_runs (id bigint PRIMARY KEY);
""",
}
GOOD = BAD | {
    "classifications.yaml": """\
version: 1
migrations: [{path: migrations}]
classes: {core: [table public.jobs, table public.job_runs]}
""",
}

RULE = Rule(
    code="CFG003",
    name="allowance-expired",
    severity=Severity.WARNING,
    help="solve what the exception was for, or move `until:` and say why",
    page=__doc__,
    bad=BAD,
    good=GOOD,
)


def finding(allowance: Allowance) -> Finding:
    """The finding for one entry."""
    what = allowance.object or allowance.file
    return RULE.finding(
        f"allowance {allowance.code} for {what} ended on {allowance.until}", location=allowance.location
    )
