"""A migration that was there before the change reads differently.

What it means
    The change edits, renames or deletes the file of a migration that the base has. Where its statements are
    what they were (comments, the down part) that is a note: a tool that keeps a checksum of the file minds it.

Why it matters
    Where it was applied already, nothing happens: the tool knows the migration as applied, or stops because
    its checksum differs. Databases that were made before the edit and after it are no longer the same.

What to do
    Leave the old migration as it was and write a new one. A migration that has reached no database but your
    own may be edited.

How to allow it
    An entry of `allow:` with `file:` and a reason, until the change is merged.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from auditor.model import Finding, Location, OwnerClass, Severity
from auditor.model.rule import Rule

BAD = {
    "fork/classifications.yaml": "version: 1\nclasses: {core: [table public.jobs]}\n",
    "fork/migrations/0001_jobs.sql": "CREATE TABLE public.jobs (id bigint PRIMARY KEY);\n",
    "migrations/0001_jobs.sql": "CREATE TABLE public.jobs (id bigint PRIMARY KEY, type text);\n",
}
GOOD = {
    "fork/classifications.yaml": BAD["fork/classifications.yaml"],
    "fork/migrations/0001_jobs.sql": BAD["fork/migrations/0001_jobs.sql"],
    "migrations/0002_type.sql": "ALTER TABLE public.jobs ADD COLUMN type text;\n",
}

RULE = Rule(
    code="REV001",
    name="migration-edited",
    severity=Severity.ERROR,
    help="leave the old migration as it was and write a new one",
    page=__doc__,
    bad=BAD,
    good=GOOD,
)


@dataclass(frozen=True, slots=True)
class Edited:
    """A migration of the base that is not what it was.

    Attributes:
        how: `edited`, `renamed` or `deleted`.
        to: its new name, if it was renamed.
        owner_class: the worse one of before and after.
        only_layout: its statements are what they were.
    """

    migration: str
    location: Location
    how: str
    owner_class: OwnerClass
    only_layout: bool = False
    to: str | None = None


def check(edited: Iterable[Edited]) -> Iterator[Finding]:
    """One finding for each; a note where the statements are the same."""
    for one in edited:
        layout = "; its statements are what they were" if one.only_layout else ""
        to = f" to {one.to}" if one.to else ""
        severity = Severity.ERROR if one.owner_class is OwnerClass.CORE else Severity.WARNING
        yield RULE.finding(
            f"migration {one.migration}, which the base has, is {one.how}{to}{layout}",
            severity=Severity.NOTE if one.only_layout else severity,
            owner_class=one.owner_class,
            location=one.location,
        )
