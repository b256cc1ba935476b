"""What is decided or enqueued depends on a projection, by a detour.

What it means
    A core function reads a view behind which a table of `contract.projections` stands; or a trigger on a
    projection writes a queue of the contract, itself or through the functions that it calls.

Why it matters
    A projection is written from events, later and best effort. What is decided from it is decided from the past,
    and a trigger on it makes the projection a second source of jobs.

What to do
    Read the authoritative table; put the trigger on the table of the events.

How to allow it
    By object, with a reason and an end:
    `{code: FUN007, object: "function public.claim_job()", reason: ..., until: ...}`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from auditor.model import Finding, ObjectId, OwnerClass, Severity
from auditor.model.rule import Rule

if TYPE_CHECKING:
    from auditor.bodies.scene import Scene
    from auditor.declaration.entries import QueueEntry

BAD = {
    "classifications.yaml": """\
version: 1
migrations: [{path: migrations}]
classes: {core: [table public.*, view public.*, function public.*]}
contract:
  projections: [public.job_list]
""",
    "migrations/0001_jobs.sql": """\
CREATE TABLE public.jobs (id bigint PRIMARY KEY, status text);
CREATE TABLE public.job_list (id bigint PRIMARY KEY, status text);
CREATE VIEW public.done AS SELECT id FROM public.job_list WHERE status = 'done';
CREATE FUNCTION public.is_done(bigint) RETURNS boolean LANGUAGE sql AS
    'SELECT EXISTS (SELECT FROM public.done WHERE id = $1)';
""",
}
GOOD = BAD | {
    "migrations/0002_done.sql": """\
CREATE OR REPLACE VIEW public.done AS SELECT id FROM public.jobs WHERE status = 'done';
""",
}

RULE = Rule(
    code="FUN007",
    name="projection-decides",
    severity=Severity.ERROR,
    help="read the authoritative table; put the trigger on the table of the events",
    page=__doc__,
    bad=BAD,
    good=GOOD,
)


def check(scene: Scene, queues: Iterable[QueueEntry], projections: Sequence[str]) -> Iterator[Finding]:
    """One finding for each function and view, and for each trigger."""
    if not projections:
        return
    named = frozenset(str(one) for one in projections)
    yield from _through_views(scene, named)
    yield from _triggers(scene, named, [str(queue.table) for queue in queues])


# Private


def _through_views(scene: Scene, projections: frozenset[str]) -> Iterator[Finding]:
    from auditor.bodies.scene import routines_in
    from auditor.bodies.writers import accesses_of, tables_behind

    behind = {view: tables_behind(scene, view) & projections for view in scene.views}
    for routine in routines_in(scene, [OwnerClass.CORE]):
        said = set()
        for access in accesses_of(routine):
            view = scene.find_table(access.name, routine.search_path)
            if access.action != "read" or view is None or view in said or not behind.get(view):
                continue
            said.add(view)
            yield RULE.finding(
                f"{routine.id} reads the projection {', '.join(sorted(behind[view]))} through {view}",
                owner_class=routine.owner_class,
                object=routine.id,
                field=f"reads {view}",
                location=routine.at(1),
            )


def _triggers(scene: Scene, projections: frozenset[str], queues: list[str]) -> Iterator[Finding]:
    from auditor.bodies.writers import call_graph

    graph = call_graph(scene)
    for trigger in scene.triggers:
        if trigger.table not in projections or not trigger.enabled:
            continue
        reached = _reached(ObjectId("function", trigger.function), graph)
        for queue in queues:
            writer = next((item for item in reached if _inserts(scene, item, queue)), None)
            if writer is not None:
                through = "" if writer.identity == trigger.function else f" through {writer.identity}"
                yield RULE.finding(
                    f"{trigger.id} writes {queue} from a projection: it calls {trigger.function}{through}",
                    owner_class=scene.class_of(trigger.id),
                    object=trigger.id,
                    field=f"writes {queue}",
                )


def _reached(start: ObjectId, graph: Mapping[ObjectId, frozenset[ObjectId]]) -> list[ObjectId]:
    found: dict[ObjectId, None] = {start: None}
    work = [start]
    while work:
        for called in sorted(graph.get(work.pop(), frozenset())):
            if called not in found:
                found[called] = None
                work.append(called)
    return list(found)


def _inserts(scene: Scene, item: ObjectId, table: str) -> bool:
    from auditor.bodies.writers import INSERTING, accesses_of

    routine = scene.routines.get(item)
    return routine is not None and any(
        access.action == "write"
        and access.verb in INSERTING
        and scene.find_table(access.name, routine.search_path) == table
        for access in accesses_of(routine)
    )
