"""A file, or a part of one, could not be read at all.

What it means
    The file is not UTF-8, holds a NUL byte, a command of psql that is no SQL, a revision whose Python does
    not load, or a statement too large for the parser. What can be read around it is read.

Why it matters
    What stands there is not known, and may be anything.

What to do
    Save the file as UTF-8; write what a command of psql (include, copy) does in SQL; split giant statements.

How to allow it
    By file, with a reason: `{code: REA005, file: FILE, reason: ...}`.
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
\\i seed.sql
""",
}
GOOD = BAD | {
    "migrations/0001_jobs.sql": """\
CREATE TABLE public.jobs (id bigint PRIMARY KEY);
INSERT INTO public.jobs (id) VALUES (1);
""",
}

RULE = Rule(
    code="REA005",
    name="unreadable-input",
    severity=Severity.ERROR,
    help="make the file readable: UTF-8, plain SQL, statements below 1 MB",
    page=__doc__,
    bad=BAD,
    good=GOOD,
)


def check(problems: Iterable[tuple[Location, str]]) -> Iterator[Finding]:
    """One finding for each problem: its place and what it is."""
    for location, message in problems:
        yield RULE.finding(message, location=location)
