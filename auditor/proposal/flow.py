"""How rows flow in a catalog: which triggers fire what, which functions write and claim which tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from auditor.bodies.claims import claiming_statements
from auditor.bodies.routines import Routine
from auditor.bodies.scene import Scene, TriggerFacts
from auditor.bodies.writers import INSERTING, accesses_of, call_graph
from auditor.model import ObjectId

TABLES = frozenset({"table", "foreign table"})


@dataclass(frozen=True)
class Flow:
    """The edges of the graph; tables are named by their identities.

    Attributes:
        scene: the catalog.
        triggers: of each table.
        writes: tables that a routine writes.
        inserts: tables that a routine puts rows into.
        claims: tables from which a routine takes rows that it has locked with SKIP LOCKED.
        calls: routines that a routine calls.
    """

    scene: Scene
    triggers: Mapping[str, tuple[TriggerFacts, ...]]
    writes: Mapping[ObjectId, frozenset[str]]
    inserts: Mapping[ObjectId, frozenset[str]]
    claims: Mapping[ObjectId, frozenset[str]]
    calls: Mapping[ObjectId, frozenset[ObjectId]]

    def function_of(self, trigger: TriggerFacts) -> ObjectId:
        """The function that a trigger calls."""
        return ObjectId("function", trigger.function)

    def routines_that(self, edges: Mapping[ObjectId, frozenset[str]], table: str) -> list[ObjectId]:
        """The routines with an edge to a table."""
        return sorted(item for item, tables in edges.items() if table in tables)

    def called_by(self, item: ObjectId) -> frozenset[ObjectId]:
        """The routines that one calls, directly or through others."""
        seen: set[ObjectId] = set()
        work = [item]
        while work:
            for called in self.calls.get(work.pop(), ()):
                if called not in seen:
                    seen.add(called)
                    work.append(called)
        return frozenset(seen - {item})


def flow_of(scene: Scene) -> Flow:
    """The flow of a catalog."""
    triggers: dict[str, list[TriggerFacts]] = defaultdict(list)
    for trigger in sorted(scene.triggers, key=lambda one: one.id):
        triggers[trigger.table].append(trigger)
    writes: dict[ObjectId, frozenset[str]] = {}
    inserts: dict[ObjectId, frozenset[str]] = {}
    claims: dict[ObjectId, frozenset[str]] = {}
    for item, routine in sorted(scene.routines.items()):
        written = _written(scene, routine)
        writes[item] = frozenset(written)
        inserts[item] = frozenset(table for table, verbs in written.items() if verbs & INSERTING)
        claims[item] = frozenset(
            table
            for table in sorted({*written, *_read(scene, routine)})
            if any(one.locks and one.skips for one in claiming_statements(routine, scene, table))
        )
    return Flow(
        scene, {t: tuple(found) for t, found in triggers.items()}, writes, inserts, claims, call_graph(scene)
    )


# Private


def _written(scene: Scene, routine: Routine) -> dict[str, set[str]]:
    """Tables that a body writes, each with the verbs."""
    found: dict[str, set[str]] = defaultdict(set)
    for access in accesses_of(routine):
        table = scene.find_table(access.name, routine.search_path) if access.action == "write" else None
        if table is not None and scene.tables.get(table) in TABLES:
            found[table].add(access.verb)
    return found


def _read(scene: Scene, routine: Routine) -> set[str]:
    """Tables that a body reads and that something in it may lock."""
    if "skip" not in routine.body.lower():
        return set()  # no statement of it can say SKIP LOCKED; its other reads need not be looked at
    found = {
        scene.find_table(access.name, routine.search_path)
        for access in accesses_of(routine)
        if access.action == "read"
    }
    return {table for table in found if table is not None and scene.tables.get(table) in TABLES}
