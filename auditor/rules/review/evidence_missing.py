"""A change of core comes without what `review: evidence:` asks for.

What it means
    The configuration names files that have to come with every change of core: a test, a report, a note for the
    operator. The change adds or edits a core migration and no file that matches.

Why it matters
    A core change that nobody tried is found out in production.

What to do
    Add the file that is asked for.

How to allow it
    An entry of `allow:` with `file: classifications.yaml` and a reason, until the change is merged.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from auditor.model import Finding, Location, OwnerClass, Severity
from auditor.model.rule import Rule

_MIGRATION = "CREATE TABLE public.jobs (id bigint PRIMARY KEY);\n"
BAD = {
    "fork/classifications.yaml": (
        "version: 1\nclasses: {core: [table public.jobs]}\nreview:\n  evidence: ['docs/changes/**']\n"
    ),
    "migrations/0001_jobs.sql": _MIGRATION,
}
GOOD = BAD | {"docs/changes/jobs.md": "Tried on a copy of production.\n"}

RULE = Rule(
    code="REV004",
    name="evidence-missing",
    severity=Severity.ERROR,
    help="add a file that matches, or say in `allow:` why this change needs none",
    page=__doc__,
    bad=BAD,
    good=GOOD,
)


def check(missing: Iterable[tuple[str, Location]], migrations: Iterable[str]) -> Iterator[Finding]:
    """One finding for each glob of the configuration that no file of the change matches."""
    named = ", ".join(migrations)
    for glob, location in missing:
        yield RULE.finding(
            f"the change touches core (migration {named}), and no file of it matches {glob!r}",
            owner_class=OwnerClass.CORE,
            expected=glob,
            location=location,
        )
