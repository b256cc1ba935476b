"""Rows get into a queue, or have their keys changed, by another way than a plain INSERT of a declared writer.

What it means
    A rewrite rule inserts into the queue; a function inserts through a view that PostgreSQL lets update by
    itself; a function that is no declared writer changes a column of the dedupe key or the type of a job; or
    functions and triggers reach the queue by calling a function that is no declared writer (each is named).

Why it matters
    The contract's list of writers is about functions that say INSERT. What goes round it is not seen there,
    and a changed key is a second job for the same work.

What to do
    Drop the rule, take the privilege to write from the view, or leave it to the declared writer. If it is
    right, add the function to `writers`.

How to allow it
    By object, with a reason and an end:
    `{code: FUN006, object: "function public.move_job()", reason: ..., until: ...}`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from auditor.model import Finding, ObjectId, Severity
from auditor.model.rule import Rule

if TYPE_CHECKING:
    from auditor.bodies.scene import Scene
    from auditor.bodies.writers import Way
    from auditor.declaration.entries import DedupeKeyEntry, QueueEntry

BAD = {
    "classifications.yaml": """\
version: 1
migrations: [{path: migrations}]
classes: {core: [table public.*, function public.*]}
contract:
  dedupe_keys: [{table: public.jobs, columns: [dedupe_key]}]
  queues:
    - table: public.jobs
      writers: [public.enqueue(text)]
""",
    "migrations/0001_jobs.sql": """\
CREATE TABLE public.jobs (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    dedupe_key text UNIQUE
);
CREATE FUNCTION public.enqueue(text) RETURNS void LANGUAGE sql AS
    'INSERT INTO public.jobs (dedupe_key) VALUES ($1) ON CONFLICT (dedupe_key) DO NOTHING';
CREATE FUNCTION public.rename_job(text, text) RETURNS void LANGUAGE sql AS
    'UPDATE public.jobs SET dedupe_key = $2 WHERE dedupe_key = $1';
""",
}
GOOD = BAD | {
    "migrations/0002_rename.sql": "DROP FUNCTION public.rename_job(text, text);\n",
}

RULE = Rule(
    code="FUN006",
    name="queue-back-door",
    severity=Severity.ERROR,
    help="leave the queue to its declared writer, or add the function to `writers`",
    page=__doc__,
    bad=BAD,
    good=GOOD,
)


def check(scene: Scene, queues: Iterable[QueueEntry], dedupe_keys: Sequence[DedupeKeyEntry]) -> Iterator[Finding]:
    """One finding for each way that the contract's own check does not see, and one for the callers of a writer."""
    from auditor.bodies.writers import ways_into

    for queue in queues:
        if queue.writers is None:
            continue
        table = str(queue.table)
        declared = {str(one) for one in queue.writers}
        keys = {str(column) for key in dedupe_keys if str(key.table) == table for column in key.columns}
        if queue.job_types is not None:
            keys.add(str(queue.job_types.column))
        ways = [way for way in ways_into(scene, table, frozenset(keys)) if way.object.identity not in declared]
        for way in ways:
            if not way.direct:
                yield _way(scene, way, table)
        for item in dict.fromkeys(way.object for way in ways if way.object in scene.routines):
            yield from _callers(scene, item, table)


# Private


def _way(scene: Scene, way: Way, table: str) -> Finding:
    routine = scene.routines.get(way.object)
    through = f" through {way.through}" if way.through is not None else ""
    return RULE.finding(
        f"{way.object} {way.how} {table}{through}, and is no declared writer",
        owner_class=scene.class_of(way.object),
        object=way.object,
        field=f"{way.how} {table}",
        location=routine.at(1) if routine is not None else None,
    )


def _callers(scene: Scene, item: ObjectId, table: str) -> Iterator[Finding]:
    from auditor.bodies.writers import callers_of

    functions, triggers = callers_of(scene, item)
    if not functions and not triggers:
        return
    names = [*(str(one) for one in functions), *(str(one) for one in triggers)]
    yield RULE.finding(
        f"{item}, which is no declared writer of {table}, is called by {', '.join(names)}",
        severity=Severity.WARNING,
        owner_class=scene.class_of(item),
        object=item,
        field=f"callers {table}",
    )
