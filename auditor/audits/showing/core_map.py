"""The core at work, as nodes and edges: who writes events, what fires, what is enqueued, who takes it out, and
which source files call what takes it out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from auditor.audits.guard import search_path_of
from auditor.bodies.claims import claiming_statements
from auditor.bodies.routines import Routine
from auditor.bodies.scene import Scene, TriggerFacts
from auditor.bodies.writers import accesses_of
from auditor.contract.guards import Matcher
from auditor.declaration.load import Configuration
from auditor.model import ObjectId, OwnerClass
from auditor.source.read import ReadFile
from auditor.sql.names import split_name

WRITERS, TABLES, TRIGGERS, FUNCTIONS, TARGETS, CLAIMS, WORKERS, ROLES = range(8)


def core_map(
    scene: Scene, configuration: Configuration, files: Iterable[ReadFile] = ()
) -> dict[str, list[dict[str, Any]]]:
    """Nodes and edges of everything core that fires, writes, or takes jobs out.

    Args:
        scene: the catalog.
        configuration: says what is core, which queues there are, and who claims from them.
        files: source files; one that calls a claim function is a worker, unless `except` of a guard about that
            function names it.
    """
    return _Map(scene, configuration, files).made()


# Private


class _Map:
    def __init__(self, scene: Scene, configuration: Configuration, files: Iterable[ReadFile]) -> None:
        self.scene = scene
        self.files = tuple(files)
        self.search_path = search_path_of(configuration)
        self.matchers = [
            Matcher(guard, self.search_path) for guard in configuration.guards if guard.function is not None
        ]
        self.queues = {str(queue.table) for queue in configuration.contract.queues}
        self.claims = {
            str(claim.function): ", ".join(str(one) for one in claim.job_types)
            for queue in configuration.contract.queues
            for claim in queue.claims
        }
        self.nodes: dict[str, dict[str, Any]] = {}
        self.edges: dict[tuple[str, str, str], dict[str, Any]] = {}

    def made(self) -> dict[str, list[dict[str, Any]]]:
        triggers = [one for one in self.scene.triggers if self._core(one.id)]
        sources = {trigger.table for trigger in triggers} - self.queues
        fired = {trigger.function for trigger in triggers}
        for trigger in triggers:
            self._trigger(trigger)
        for item, routine in sorted(self.scene.routines.items()):
            if not self._core(item):
                continue
            written = set(self._written(routine))
            if item.identity in fired:
                for table in sorted(written):
                    self._target(table, sources)
                    self._edge(item.identity, table, "writes")
                continue
            queues = sorted(table for table in self.queues if self._takes(routine, table, written))
            for table in sorted(written & sources):
                self._node(routine, WRITERS)
                self._edge(item.identity, table, "writes")
            for table in queues:
                self._target(table, sources)
                self._node(routine, CLAIMS)
                told = self.claims.get(item.identity)
                self._edge(table, item.identity, f"gives {told} to" if told else "is updated by")
                self._roles(routine)
                if told or (not self.claims and self._claims(routine, table)):
                    self._workers(routine)
        return {"nodes": list(self.nodes.values()), "edges": list(self.edges.values())}

    def _trigger(self, trigger: TriggerFacts) -> None:
        name = trigger.id.identity.partition(" on ")[0]
        events = " or ".join(trigger.events)
        title = f"trigger {trigger.id.identity}: {trigger.timing} {events}" + (
            "" if trigger.enabled else ", disabled"
        )
        self._target(trigger.table, {trigger.table} - self.queues)
        self._put(trigger.id.identity, TRIGGERS, name, title, OwnerClass.CORE, off=not trigger.enabled)
        self._edge(trigger.table, trigger.id.identity, "fires", off=not trigger.enabled)
        self._put(
            trigger.function,
            FUNCTIONS,
            _short(trigger.function),
            f"function {trigger.function}",
            self.scene.class_of(ObjectId("function", trigger.function)),
        )
        self._edge(trigger.id.identity, trigger.function, "calls", off=not trigger.enabled)

    def _target(self, table: str, sources: set[str]) -> None:
        column = TABLES if table in sources else TARGETS
        kind = self.scene.tables.get(table, "table")
        self._put(table, column, _short(table), f"{kind} {table}", self.scene.class_of(ObjectId(kind, table)))

    def _node(self, routine: Routine, column: int) -> None:
        identity = routine.id.identity
        types = self.claims.get(identity, "")
        title = f"{routine.id}" + (f": {types}" if types else "")
        self._put(identity, column, _short(identity), title, routine.owner_class)
        self.nodes[identity]["notes"] = types.split(", ") if types else []

    def _roles(self, routine: Routine) -> None:
        for role in sorted(routine.executors or ()):
            self._put(f"role {role}", ROLES, role, f"role {role}", OwnerClass.INFRA)
            self._edge(routine.id.identity, f"role {role}", "may be called by")

    def _written(self, routine: Routine) -> Iterator[str]:
        for access in accesses_of(routine):
            if access.action == "write":
                target = self.scene.find_table(access.name, routine.search_path)
                if target is not None:
                    yield target

    def _takes(self, routine: Routine, table: str, written: set[str]) -> bool:
        return routine.id.identity in self.claims or table in written or self._claims(routine, table)

    def _claims(self, routine: Routine, table: str) -> bool:
        return any(claiming_statements(routine, self.scene, table))

    def _workers(self, routine: Routine) -> None:
        """The source files that call a claim function; one that a guard does not let is off."""
        *schema, name = split_name(routine.id.identity.partition("(")[0])
        schemas = {*schema, None} if schema and schema[-1] in self.search_path else {*schema}
        for file in self.files:
            calls = [
                one for one in file.accesses if one.action == "call" and one.name == name and one.schema in schemas
            ]
            about = [guard for guard in self.matchers if any(guard.about(one) for one in calls)]
            if not calls or any(guard.leaves_out(file.path) for guard in about):
                continue
            lines = ", ".join(str(line) for line in sorted({one.line for one in calls}))
            wrong = any(guard.about_file(file.path) for guard in about)
            title = f"{file.path}, line {lines}" + (", which a guard does not let call it" if wrong else "")
            self._put(f"source {file.path}", WORKERS, file.path, title, OwnerClass.UNCLASSIFIED)
            if wrong:
                self.nodes[f"source {file.path}"]["notes"] = ["a guard forbids it"]
            self._edge(routine.id.identity, f"source {file.path}", f"is called (line {lines}) by", off=wrong)

    def _core(self, item: ObjectId) -> bool:
        return self.scene.class_of(item) is OwnerClass.CORE

    def _put(
        self, identity: str, column: int, label: str, title: str, owner_class: OwnerClass, *, off: bool = False
    ) -> None:
        node = {"id": identity, "column": column, "label": label, "title": title}
        self.nodes.setdefault(identity, node | {"class": owner_class.value, "off": off})

    def _edge(self, start: str, end: str, what: str, *, off: bool = False) -> None:
        self.edges.setdefault((start, end, what), {"from": start, "to": end, "what": what, "off": off})


def _short(identity: str) -> str:
    """A name as a box has room for it: without arguments, and without the schema that goes without saying."""
    return identity.partition("(")[0].removeprefix("public.")
