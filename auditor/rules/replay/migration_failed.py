"""A migration fails on replay.

What it means
    PostgreSQL refused a statement while the migrations ran, in order, in an empty database. What follows it
    could not be replayed.

Why it matters
    The history no longer builds the system: a new environment cannot be set up from it, and what it says of
    the core cannot be compared with anything.

What to do
    Read PostgreSQL's message. Often a migration needs something that is in no migration: a role, an
    extension, a table made by hand. Make it in an earlier migration. If it needs another PostgreSQL
    version, give one with --shadow.

How to allow it
    By file, with a reason: `{code: RPL003, file: FILE, reason: ...}`. What comes after stays unchecked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from auditor.model import Finding, Severity
from auditor.model.advice import advice
from auditor.model.rule import Rule

if TYPE_CHECKING:
    from auditor.replay.attempt import ReplayError

BAD = {
    "classifications.yaml": """\
version: 1
migrations: [{path: migrations}]
classes: {core: [table public.jobs]}
""",
    "migrations/0001_jobs.sql": """\
CREATE TABLE public.jobs (id bigint PRIMARY KEY, owner bigint REFERENCES public.people);
""",
}
GOOD = BAD | {
    "migrations/0001_jobs.sql": """\
CREATE TABLE public.jobs (id bigint PRIMARY KEY, owner bigint);
""",
}

RULE = Rule(
    code="RPL003",
    name="migration-failed",
    severity=Severity.ERROR,
    help="make what the migration needs in an earlier migration",
    page=__doc__,
    bad=BAD,
    good=GOOD,
)


def check(failures: Iterable[tuple[str, ReplayError]]) -> Iterator[Finding]:
    """One finding for each failure: the migration, and what PostgreSQL says."""
    for migration, error in failures:
        yield RULE.finding(
            f"migration {migration} fails on replay: {error.message}",
            help=error.hint or advice(error.message) or RULE.help,
            actual=f"SQLSTATE {error.sqlstate}" if error.sqlstate else None,
            location=error.location,
        )
