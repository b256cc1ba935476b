"""A new migration comes before one that the base has already.

What it means
    In the order of the migration tool the migration that the change adds stands before migrations of the base.

Why it matters
    Where those are applied, a tool runs the new one late (dbmate, Supabase with `--include-all`), refuses to run
    it (Flyway, node-pg-migrate) or never sees it (golang-migrate, which keeps one number only). A database that is
    made anew runs it early. So what the two orders make may differ.

What to do
    Rename it so that it comes last: a newer time stamp, the next number.

How to allow it
    An entry of `allow:` with `file:` and a reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from auditor.model import Finding, Location, Severity
from auditor.model.rule import Rule

BAD = {
    "fork/classifications.yaml": "version: 1\nclasses: {core: [table public.jobs], infra: [table public.notes]}\n",
    "fork/migrations/0001_jobs.sql": "CREATE TABLE public.jobs (id bigint PRIMARY KEY);\n",
    "main/migrations/0003_type.sql": "ALTER TABLE public.jobs ADD COLUMN type text;\n",
    "migrations/0002_notes.sql": "CREATE TABLE public.notes (id bigint PRIMARY KEY);\n",
}
GOOD = {name: text for name, text in BAD.items() if not name.startswith("migrations/")} | {
    "migrations/0004_notes.sql": BAD["migrations/0002_notes.sql"],
}

RULE = Rule(
    code="REV002",
    name="migration-out-of-order",
    severity=Severity.WARNING,
    help="rename it so that it comes after the newest migration of the base",
    page=__doc__,
    bad=BAD,
    good=GOOD,
)


def check(early: Iterable[tuple[str, str, Location]]) -> Iterator[Finding]:
    """One finding for each migration: its id, the newest one of the base behind it, its place."""
    for migration, later, location in early:
        yield RULE.finding(
            f"migration {migration} comes before {later}, which the base has already", location=location
        )
