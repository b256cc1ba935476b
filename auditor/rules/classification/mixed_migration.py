"""One migration changes objects of several classes.

What it means
    The migration changes, for example, a core table and a legacy one. It takes the highest of the classes:
    core before legacy before infra. An extension or a schema beside the objects that need it is no mixture, nor is
    a legacy object that was still in use then: one that is gone now, and that this migration did not drop.

Why it matters
    A change of the core is reviewed as such; hidden in a clean-up of legacy objects it is easily missed,
    and the two cannot be rolled back one by one.

What to do
    Split the migration before it is applied. One that was applied already stays as it is: declare its class
    under `overrides:` with the reason.

How to allow it
    An override with a reason is the way: `{migration: "0009", class: core, reason: ...}`. It settles the
    class and ends the finding.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from auditor.model import Finding, Location, Severity
from auditor.model.rule import Rule

if TYPE_CHECKING:
    from auditor.history.classification import Classification

BAD = {
    "classifications.yaml": """\
version: 1
migrations: [{path: migrations}]
classes:
  core: [table public.jobs]
  legacy: [table public.old_jobs]
""",
    "migrations/0001_jobs.sql": """\
CREATE TABLE public.jobs (id bigint PRIMARY KEY);
CREATE TABLE public.old_jobs (id bigint PRIMARY KEY);
""",
}
GOOD = {
    "classifications.yaml": BAD["classifications.yaml"],
    "migrations/0001_jobs.sql": "CREATE TABLE public.jobs (id bigint PRIMARY KEY);\n",
    "migrations/0002_old_jobs.sql": "CREATE TABLE public.old_jobs (id bigint PRIMARY KEY);\n",
}

RULE = Rule(
    code="CLS002",
    name="mixed-migration",
    severity=Severity.WARNING,
    help="split the migration, or declare its class under `overrides:` with the reason",
    page=__doc__,
    bad=BAD,
    good=GOOD,
)


def check(classifications: Iterable[Classification]) -> Iterator[Finding]:
    """One finding for each migration whose class is not declared."""
    for found in classifications:
        if found.mixed and not found.declared:
            yield RULE.finding(
                f"migration {found.migration} changes objects of several classes",
                owner_class=found.owner_class,
                actual="; ".join(_one_of_each_class(found)),
                location=Location(found.file),
            )


# Private


def _one_of_each_class(found: Classification) -> Iterator[str]:
    told = set()
    for reason in found.reasons:
        if reason.owner_class not in told:
            told.add(reason.owner_class)
            yield f"{reason.owner_class.value}: {reason.object}"
