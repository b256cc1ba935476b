"""PostgreSQL's own grammar rejects a statement.

What it means
    The statement is not SQL as PostgreSQL 18 knows it. The other statements of the file and all other
    files are still read.

Why it matters
    The migration cannot have run, or the file is not what ran.

What to do
    Mend the statement. If the text is right but holds a placeholder of your migration tool, name it under
    `placeholders:` of the source in `classifications.yaml`.

How to allow it
    By file, with a reason: `{code: REA002, file: FILE, reason: ...}`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from auditor.model import Finding, Location, Severity
from auditor.model.rule import Rule

BAD = {
    "classifications.yaml": """\
version: 1
migrations: [{path: migrations}]
classes: {core: [table public.jobs]}
""",
    "migrations/0001_jobs.sql": """\
CREATE TABLE public.jobs (id bigint PRIMARY KEY);
ALTER TABEL public.jobs ADD COLUMN note text;
""",
}
GOOD = BAD | {
    "migrations/0001_jobs.sql": """\
CREATE TABLE public.jobs (id bigint PRIMARY KEY);
ALTER TABLE public.jobs ADD COLUMN note text;
""",
}

RULE = Rule(
    code="REA002",
    name="syntax-error",
    severity=Severity.ERROR,
    help="mend the statement, or name your tool's placeholders in classifications.yaml",
    page=__doc__,
    bad=BAD,
    good=GOOD,
)


def check(errors: Iterable[tuple[Location, str]]) -> Iterator[Finding]:
    """One finding for each statement: its place and what the grammar says."""
    for location, message in errors:
        yield RULE.finding(message, location=location)
