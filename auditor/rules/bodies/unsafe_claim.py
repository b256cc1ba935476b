"""A claiming function can hand out a job twice, or makes workers wait for each other.

What it means
    The function is one of `claims` in the contract. It picks rows of the queue without FOR UPDATE SKIP
    LOCKED, or none of the columns by which it picks is changed by the statement that takes the row, so that
    the row can be picked again.

Why it matters
    Two workers run the same job. Without SKIP LOCKED they stand in line behind one another's transactions,
    and what they find when it is their turn was picked from an old snapshot.

What to do
    Pick with `... WHERE status = 'queued' ... FOR UPDATE SKIP LOCKED` and set `status` in the same statement:
    `UPDATE jobs SET status = 'running' WHERE id IN (SELECT id FROM jobs WHERE status = 'queued' ORDER BY ...
    LIMIT n FOR UPDATE SKIP LOCKED) RETURNING *`.

How to allow it
    By object, with a reason and an end:
    `{code: FUN005, object: "function public.claim_job()", reason: ..., until: ...}`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from auditor.model import Finding, ObjectId, Severity
from auditor.model.rule import Rule

if TYPE_CHECKING:
    from auditor.bodies.claims import Claiming
    from auditor.bodies.routines import Routine
    from auditor.bodies.scene import Scene
    from auditor.declaration.entries import QueueEntry

BAD = {
    "classifications.yaml": """\
version: 1
migrations: [{path: migrations}]
classes: {core: [table public.jobs, function public.*]}
contract:
  queues:
    - table: public.jobs
      job_types: {column: type, allowed: [build]}
      claims: [{function: public.claim(), job_types: [build]}]
""",
    "migrations/0001_jobs.sql": """\
CREATE TABLE public.jobs (
    id bigint PRIMARY KEY,
    type text NOT NULL CHECK (type IN ('build')),
    status text NOT NULL
);
CREATE FUNCTION public.claim() RETURNS SETOF public.jobs LANGUAGE sql AS $$
    UPDATE public.jobs SET status = 'running'
     WHERE id = (SELECT id FROM public.jobs WHERE status = 'queued' AND type = 'build' LIMIT 1)
    RETURNING *
$$;
""",
}
GOOD = BAD | {
    "migrations/0002_claim.sql": """\
CREATE OR REPLACE FUNCTION public.claim() RETURNS SETOF public.jobs LANGUAGE sql AS $$
    UPDATE public.jobs SET status = 'running'
     WHERE id = (SELECT id FROM public.jobs WHERE status = 'queued' AND type = 'build'
                  LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING *
$$;
""",
}

RULE = Rule(
    code="FUN005",
    name="unsafe-claim",
    severity=Severity.ERROR,
    help="pick with FOR UPDATE SKIP LOCKED, and change in the same statement what is picked by",
    page=__doc__,
    bad=BAD,
    good=GOOD,
)


def check(scene: Scene, queues: Iterable[QueueEntry]) -> Iterator[Finding]:
    """One finding for each thing wrong with a claiming function."""
    from auditor.bodies.scene import ROUTINES

    for queue in queues:
        for claim in queue.claims:
            for kind in ROUTINES:
                routine = scene.routines.get(ObjectId(kind, str(claim.function)))
                if routine is not None and not _has_dynamic(routine):
                    yield from _judge(routine, scene, str(queue.table))


# Private


def _judge(routine: Routine, scene: Scene, table: str) -> Iterator[Finding]:
    from auditor.bodies.claims import claiming_statements

    statements = list(claiming_statements(routine, scene, table))
    if not statements:
        return  # it calls another, or does not claim: the contract's own check says so
    line = statements[0].line
    filters = frozenset(name for one in statements for name in one.filters)
    sets = frozenset(name for one in statements for name in one.sets)
    deletes = any(one.deletes for one in statements)
    if not any(one.locks for one in statements):
        yield _finding(
            routine, line, "lock", f"picks rows of {table} without FOR UPDATE SKIP LOCKED", _locked_out(statements)
        )
    elif not any(one.skips for one in statements):
        message = f"picks rows of {table} without SKIP LOCKED: workers wait for each other"
        yield _finding(routine, line, "skip locked", message, Severity.WARNING)
    if not deletes and not filters & sets:
        how = f"it picks by {', '.join(sorted(filters))}" if filters else "it picks without any condition"
        changed = f"sets {', '.join(sorted(sets))}" if sets else "sets nothing"
        message = f"can hand out a row of {table} twice: {how} and {changed}"
        yield _finding(routine, line, "status", message, RULE.severity)


def _locked_out(statements: list[Claiming]) -> Severity:
    """An UPDATE without LIMIT that changes what its own WHERE asks for is checked again for rows it waited for."""
    safe = all(not one.limited and one.filters & one.sets for one in statements)
    return Severity.WARNING if safe else RULE.severity


def _finding(routine: Routine, line: int, field: str, message: str, severity: Severity) -> Finding:
    return RULE.finding(
        f"{routine.id} {message}",
        severity=severity,
        owner_class=routine.owner_class,
        object=routine.id,
        field=field,
        location=routine.at(line),
    )


def _has_dynamic(routine: Routine) -> bool:
    from auditor.model.change import Unknown

    return any(isinstance(change, Unknown) for change in routine.changes)
