"""A criterion of a phase is not met.

What it means
    `phases:` of classifications.yaml lists what must be so before a phase opens. This is not so in the live
    database, the source code or the records.

Why it matters
    A phase that opens on a date instead of on evidence carries what was not done into the next one.

What to do
    The finding has the figure and the command that finds it again. Do what is lacking and run the gate again;
    the evidence of this run stays where it was filed.

How to allow it
    A criterion that is no longer wanted is taken out of `phases:`, in a commit that says why.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

from auditor.model import Finding, Location, Severity
from auditor.model.rule import Rule

BAD = {
    "classifications.yaml": """\
version: 1
migrations: [{path: migrations}]
classes: {core: [table public.*]}
pipeline:
  jobs: {table: public.jobs, id: id, entity: entity, type: type, status: status, created: created}
phases:
  - name: open
    criteria:
      - {figure: dead, at_most: 0, within: 7d}
""",
    "migrations/0001_jobs.sql": """\
CREATE TABLE public.jobs (id int, entity int, type text, status text, created timestamptz DEFAULT now());
""",
    "live.sql": "INSERT INTO jobs VALUES (1, 1, 'ship', 'dead');\n",
}
GOOD = BAD | {"live.sql": "INSERT INTO jobs VALUES (1, 1, 'ship', 'succeeded');\n"}

RULE = Rule(
    code="GAT001",
    name="criterion-not-met",
    severity=Severity.ERROR,
    help="do what is lacking, and run the gate again",
    page=__doc__,
    bad=BAD,
    good=GOOD,
)


class Criterion(Protocol):
    """What is judged of a criterion."""

    @property
    def title(self) -> str:
        """What must be so."""

    @property
    def met(self) -> bool | None:
        """Whether it is."""

    @property
    def figure(self) -> str:
        """What was found."""

    @property
    def query(self) -> str:
        """How it was found."""


def check(phase: str, judged: Iterable[tuple[Criterion, Location]]) -> Iterator[Finding]:
    """A finding for each criterion that is not met.

    Args:
        phase: its name.
        judged: criteria with their places.
    """
    for one, place in judged:
        if one.met is False:
            yield RULE.finding(
                f"phase {phase}: {one.title}: found {one.figure}",
                location=place,
                expected=one.title,
                actual=one.figure,
                help=f"do what is lacking, and run the gate again; found by: `{one.query}`",
            )
