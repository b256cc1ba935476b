"""Source code does what only other files may do.

What it means
    A guard with `allow-only` names the files that alone may read or write a table or call a function. Another
    file does it. All source files below `classifications.yaml` count, whatever they are for, but for those that
    `except` names and for migrations.

Why it matters
    Two workers that claim from each other's scope take jobs that they cannot do, and a job is done twice or never.

What to do
    Move the code to where the guard allows it. Tests that call the function are named under `except`.

How to allow it
    On the line, with a reason: `// auditor: allow GRD002 REASON`; or by file:
    `{code: GRD002, file: GLOB, reason: ...}`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from auditor.model import Finding, Severity
from auditor.model.rule import Rule
from auditor.rules.guard.forbidden_access import finding

if TYPE_CHECKING:
    from auditor.contract.guards import Violation

BAD = {
    "classifications.yaml": """\
version: 1
migrations: [{path: migrations}]
classes: {core: [table public.jobs, function public.claim_*]}
guards:
  - {allow-only: call, function: claim_initial_decision_jobs, in: "services/decision/**"}
""",
    "migrations/0001_jobs.sql": """\
CREATE TABLE public.jobs (id bigint PRIMARY KEY);
CREATE FUNCTION public.claim_initial_decision_jobs(n integer) RETURNS SETOF public.jobs LANGUAGE sql
    AS 'SELECT * FROM public.jobs LIMIT n FOR UPDATE SKIP LOCKED';
""",
    "services/decision/worker.py": """\
def claim(connection):
    return connection.execute("SELECT * FROM claim_initial_decision_jobs(%s)", [10])
""",
    "services/orchestrator/worker.py": """\
def claim(connection):
    return connection.execute("SELECT * FROM claim_initial_decision_jobs(%s)", [10])
""",
}
GOOD = BAD | {
    "services/orchestrator/worker.py": """\
def claim(connection):
    return connection.execute("SELECT * FROM claim_orchestrator_jobs(%s)", [10])
""",
}

RULE = Rule(
    code="GRD002",
    name="access-outside",
    severity=Severity.ERROR,
    help="do it where the guard allows it, or name the file under `except` of the guard",
    page=__doc__,
    bad=BAD,
    good=GOOD,
)


def check(violations: Iterable[Violation], *, counted: bool = False, new: bool = False) -> Iterator[Finding]:
    """One finding for each violation of an `allow-only`; arguments as those of `forbidden_access.check`."""
    for one in violations:
        if one.guard.allow_only is not None:
            yield finding(RULE, one, f"only {one.guard.files} may do", counted=counted, new=new)
