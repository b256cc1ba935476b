"""A migration touches an object that no class owns.

What it means
    No entry of `classes:` matches the object, nor the table it hangs on. It counts as `unclassified`.

Why it matters
    Severity follows class. Nobody decided whether this object is part of the core, so nobody will be told
    when it drifts.

What to do
    Add it to `core`, `legacy` or `infra` in `classifications.yaml`: `table public.jobs`, or with a pattern
    `function public.claim_*`. Who owns a table owns its columns, constraints, indexes and triggers.

How to allow it
    By object, with a reason and an end: `{code: CLS001, object: "table public.old", reason: ..., until: ...}`.
    Naming its class is better.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from auditor.model import Finding, Location, ObjectId, OwnerClass, Severity
from auditor.model.rule import Rule

if TYPE_CHECKING:
    from auditor.history.classification import Classification
    from auditor.history.fold import History

BAD = {
    "classifications.yaml": """\
version: 1
migrations: [{path: migrations}]
classes: {core: [table public.jobs]}
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
    code="CLS001",
    name="unowned-object",
    severity=Severity.ERROR,
    help="name the object in one class of classifications.yaml: core, legacy or infra",
    page=__doc__,
    bad=BAD,
    good=GOOD,
)


def check(
    classifications: Iterable[Classification], history: History, severity: Severity = Severity.ERROR
) -> Iterator[Finding]:
    """One finding for each object, where it is touched first; none for what hangs on another unowned one."""
    first: dict[ObjectId, tuple[str, Location]] = {}
    for found in classifications:
        for reason in found.unowned:
            first.setdefault(reason.object, (found.migration, reason.location))
    for item, (migration, location) in first.items():
        if not any(ancestor in first for ancestor in history.ancestors(item)):
            yield RULE.finding(
                f"{item} is owned by no class; migration {migration} touches it",
                severity=severity,
                object=item,
                owner_class=OwnerClass.UNCLASSIFIED,
                location=location,
            )
