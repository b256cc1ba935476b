"""A figure of the live flow is above its threshold.

What it means
    `auditor forensics kpi` counts what waits, what died, what was tried again, whose worker is silent, and what
    came into the queue past the gateway. One of these figures is above `thresholds:` of `pipeline:`, or above
    the limit given on the command line.

Why it matters
    A queue that grows, jobs that die and workers that fall silent are what users notice hours later.

What to do
    The finding names an example: `auditor forensics trace ENTITY` shows its whole path with every error. The
    run books in docs/runbooks say what to look at next.

How to allow it
    Raise the threshold of the figure in `thresholds:` of `pipeline:`.
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
INSERT INTO events VALUES (1, 'paid', now());
INSERT INTO jobs VALUES (1, 1, 'ship', 'dead');
""",
}
GOOD = BAD | {
    "live.sql": """\
INSERT INTO events VALUES (1, 'paid', now());
INSERT INTO jobs VALUES (1, 1, 'ship', 'running');
"""
}

RULE = Rule(
    code="FLO002",
    name="flow-threshold",
    severity=Severity.ERROR,
    help="`auditor forensics trace ENTITY` shows the path of the example; docs/runbooks says what to look at next",
    page=__doc__,
    bad=BAD,
    good=GOOD,
)


def check(figures: Iterable[Figure], queue: ObjectId) -> Iterator[Finding]:
    """A finding for each figure above its threshold; gaps have a rule of their own.

    Args:
        figures: all figures.
        queue: the table of jobs.
    """
    for one in figures:
        if one.name != "gap" and one.exceeded:
            yield RULE.finding(
                f"{one.told}, at most {one.threshold:.0f}" + (f": {one.example}" if one.example else ""),
                object=queue,
                field=one.name,
                expected=f"at most {one.threshold:.0f}",
                actual=f"{one.value:.0f}",
                repair=one.repair,
                help=RULE.help.replace("ENTITY", shlex.quote(one.entity or "ENTITY")),
            )
