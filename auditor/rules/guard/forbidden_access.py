"""Source code does what a guard forbids.

What it means
    A file that `in` of a guard names reads or writes the table, or calls the function, that the guard forbids to
    it. The access was found in the structure of the code: a query builder, a model, SQL in a text, a request to
    PostgREST; never in a comment.

Why it matters
    A core table has one writer, and decisions are not made from a projection. A second way in bypasses what the
    first one checks, and the rows it leaves look like any others.

What to do
    Call the function that is meant for it, or move the code to where the guard allows it. Where there is too
    much of it to mend at once, set `mode: compat` on the guard and record a baseline with
    `auditor guard --update-baseline`.

How to allow it
    On the line, with a reason: `// auditor: allow GRD001 REASON`; or by file:
    `{code: GRD001, file: GLOB, reason: ...}`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from auditor.model import Finding, Severity
from auditor.model.rule import Rule

if TYPE_CHECKING:
    from auditor.contract.guards import Violation

BAD = {
    "classifications.yaml": """\
version: 1
migrations: [{path: migrations}]
classes: {core: [table public.executor_jobs]}
guards:
  - {forbid: write, table: public.executor_jobs, in: "services/**", reason: only the listener makes jobs}
""",
    "migrations/0001_jobs.sql": "CREATE TABLE public.executor_jobs (id bigint PRIMARY KEY, type text);\n",
    "services/worker.ts": """\
const JOBS = 'executor_jobs';

export async function enqueue(supabase) {
  await supabase
    .from(JOBS)
    .insert({ type: 'run_tsa' });
}
""",
}
GOOD = BAD | {
    "services/worker.ts": """\
export async function enqueue(supabase) {
  await supabase.rpc('request_document_protection', { type: 'run_tsa' });
}
""",
}

RULE = Rule(
    code="GRD001",
    name="forbidden-access",
    severity=Severity.ERROR,
    help="do it through the function that is meant for it, or where the guard allows it",
    page=__doc__,
    bad=BAD,
    good=GOOD,
)

DOES = {"read": "reads", "write": "writes", "call": "calls"}


def check(violations: Iterable[Violation], *, counted: bool = False, new: bool = False) -> Iterator[Finding]:
    """One finding for each violation of a `forbid`.

    Args:
        violations: of any guards.
        counted: they are in the baseline of a guard in `mode: compat`, and do not fail.
        new: they are of such a guard, and not in the baseline.
    """
    for one in violations:
        if one.guard.forbid is not None:
            yield finding(RULE, one, f"{one.guard.files} must not", counted=counted, new=new)


def finding(rule: Rule, one: Violation, why: str, *, counted: bool, new: bool) -> Finding:
    """The finding of a violation of either kind of guard."""
    reason = f": {one.guard.reason}" if one.guard.reason else ""
    ending = " (compat, in the baseline)" if counted else " (compat, but new since the baseline)" if new else ""
    return rule.finding(
        f"{one.place} {DOES[one.access.action]} {one.object}, which {why}{reason}{ending}",
        severity=Severity.WARNING if counted else rule.severity,
        object=one.object,
        field=one.place,
        location=one.location,
    )
