"""A guard is about no file.

What it means
    No source file below `classifications.yaml` matches the glob in `in`. It may be misspelt, or the directory was
    moved or renamed.

Why it matters
    The guard protects nothing, and looks as if it did.

What to do
    Correct the glob: it is relative to `classifications.yaml`, `**` stands for any number of directories. Delete
    the guard if what it was about is gone.

How to allow it
    By file, with a reason: `{code: GRD003, file: classifications.yaml, reason: ...}`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from auditor.model import Finding, Severity
from auditor.model.rule import Rule
from auditor.rules.guard import forbidden_access

if TYPE_CHECKING:
    from auditor.declaration.guards import Guard

BAD = {name: text.replace("services/**", "sevices/**") for name, text in forbidden_access.GOOD.items()}
GOOD = forbidden_access.GOOD

RULE = Rule(
    code="GRD003",
    name="guard-without-files",
    severity=Severity.ERROR,
    help="correct the glob in `in`, or delete the guard",
    page=__doc__,
    bad=BAD,
    good=GOOD,
)


def check(guards: Iterable[Guard]) -> Iterator[Finding]:
    """One finding for each guard."""
    for guard in guards:
        yield RULE.finding(f"no source file matches the guard {guard.key}", location=guard.location)
