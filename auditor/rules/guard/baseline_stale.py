"""The baseline of a guard knows more violations than there are.

What it means
    A guard in `mode: compat` has a baseline, `.auditor/guards.jsonl`. A line of it is about code that is gone, was
    moved to another function or file, or about a guard that is not in `mode: compat` any more.

Why it matters
    As long as the line stands, the same violation may come back unnoticed: the baseline would take it for the
    old one.

What to do
    Record the baseline again, `auditor guard --update-baseline`, and commit it with the change that mended the
    code.

How to allow it
    By file, with a reason: `{code: GRD006, file: .auditor/guards.jsonl, reason: ...}`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from auditor.model import Finding, Severity
from auditor.model.rule import Rule
from auditor.rules.guard import forbidden_access

if TYPE_CHECKING:
    from auditor.contract.baseline import Known

_KNOWN = (
    '{"guard": "forbid write public.executor_jobs in services/**", "file": "services/worker.ts", '
    '"within": "enqueue", "verb": "insert", "object": "table public.executor_jobs", "count": 1}\n'
)
_COMPAT = forbidden_access.GOOD["classifications.yaml"].replace("reason:", "mode: compat, reason:")

BAD = forbidden_access.GOOD | {"classifications.yaml": _COMPAT, ".auditor/guards.jsonl": _KNOWN}
GOOD = forbidden_access.GOOD | {"classifications.yaml": _COMPAT}

RULE = Rule(
    code="GRD006",
    name="baseline-stale",
    severity=Severity.WARNING,
    help="record the baseline again: `auditor guard --update-baseline`",
    page=__doc__,
    bad=BAD,
    good=GOOD,
)


def check(stale: Iterable[tuple[Known, int]]) -> Iterator[Finding]:
    """One finding for each line."""
    for known, count in stale:
        guard, file, within, verb, _ = known.key
        around = f", {within}()" if within else ""
        yield RULE.finding(
            f"the baseline has {known.count} of {verb} in {file}{around} for the guard {guard}, there are {count}",
            location=known.location,
        )
