"""An event has not had its job for longer than is allowed.

What it means
    `pipeline.requires` says which type of job an event asks for, and `event_to_job_gap` how long it may take.
    For the events counted here the queue has no such job.

Why it matters
    Nobody will work on the entity: it stands still, and no error is logged anywhere. Usually the trigger that
    makes jobs of events was disabled or replaced, or an old path wrote the event past it.

What to do
    `auditor forensics trace ENTITY` shows the whole path of the entity that is named. `auditor drift` says
    whether trigger and function are what they should be, with the SQL that restores them. Then the jobs that are
    missing must be made: `repair: {gap: ...}` of `pipeline:` says how, and the finding holds that SQL filled in.

How to allow it
    Raise `event_to_job_gap`, or `thresholds: {gap: N}` of `pipeline:`.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from auditor.model import Finding, ObjectId, Severity
from auditor.model.rule import Rule

if TYPE_CHECKING:
    from auditor.forensics.figures import Figure

BAD = {
    "classifications.yaml": """\
version: 1
migrations: [{path: migrations}]
classes: {core: [table public.*]}
pipeline:
  events: {table: public.events, id: entity, type: type, at: at}
  jobs: {table: public.jobs, id: id, entity: entity, type: type, status: status, created: created}
  requires: {paid: ship}
  event_to_job_gap: 60s
""",
    "migrations/0001_flow.sql": """\
CREATE TABLE public.events (entity int, type text, at timestamptz);
CREATE TABLE public.jobs (id int, entity int, type text, status text, created timestamptz DEFAULT now());
""",
    "live.sql": """\
INSERT INTO events VALUES (1, 'paid', now() - interval '1 hour');
""",
}
GOOD = BAD | {
    "live.sql": """\
INSERT INTO events VALUES (1, 'paid', now() - interval '1 hour');
INSERT INTO jobs VALUES (1, 1, 'ship', 'succeeded');
"""
}

RULE = Rule(
    code="FLO001",
    name="event-without-job",
    severity=Severity.ERROR,
    help="`auditor forensics trace ENTITY` shows its path, `auditor drift` what trigger and function lack",
    page=__doc__,
    bad=BAD,
    good=GOOD,
)


def check(figures: Iterable[Figure], events: ObjectId) -> Iterator[Finding]:
    """A finding if there are too many gaps.

    Args:
        figures: all figures.
        events: the table of events.
    """
    for one in figures:
        if one.name == "gap" and one.exceeded:
            yield RULE.finding(
                f"{one.told}: {one.example}",
                object=events,
                field=one.name,
                expected=f"at most {one.threshold:.0f}",
                actual=f"{one.value:.0f}",
                repair=one.repair,
                help=RULE.help.replace("ENTITY", shlex.quote(one.entity or "ENTITY")),
            )
