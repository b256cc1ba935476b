"""An entry of `classifications.yaml` matches nothing.

What it means
    No object and no migration of the history is what the entry names. It may be misspelt, or what it named
    is gone.

Why it matters
    A misspelt entry protects nothing, and looks as if it did.

What to do
    Correct the name (`auditor history` lists all identities), or delete the entry.

How to allow it
    By file, with a reason: `{code: CFG001, file: classifications.yaml, reason: ...}`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from auditor.model import Finding, Severity
from auditor.model.rule import Rule

if TYPE_CHECKING:
    from auditor.contract.breach import Unmatched

BAD = {
    "classifications.yaml": """\
version: 1
migrations: [{path: migrations}]
classes: {core: [table public.jobs, function public.claim_job()]}
""",
    "migrations/0001_jobs.sql": "CREATE TABLE public.jobs (id bigint PRIMARY KEY);\n",
}
GOOD = BAD | {
    "classifications.yaml": """\
version: 1
migrations: [{path: migrations}]
classes: {core: [table public.jobs]}
""",
}

RULE = Rule(
    code="CFG001",
    name="entry-matches-nothing",
    severity=Severity.WARNING,
    help="correct the name (`auditor history` lists all identities) or delete the entry",
    page=__doc__,
    bad=BAD,
    good=GOOD,
)


def check(entries: Iterable[Unmatched]) -> Iterator[Finding]:
    """One finding for each entry, but for those that name nothing in particular (`role *`)."""
    for entry in entries:
        if entry.entry.startswith("class ") and entry.text.endswith(" *"):
            continue
        # The guess stands in the help: it changes with the history, and the finding's identity must not.
        hint = f"did you mean `{entry.hint}`? " if entry.hint else ""
        yield RULE.finding(
            f"{entry.entry} `{entry.text}` names nothing that there is",
            help=hint + RULE.help,
            location=entry.location,
            severity=entry.severity,
        )
