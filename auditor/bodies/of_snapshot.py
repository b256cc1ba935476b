"""A scene from a catalog: the replayed one or a live one."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from auditor.bodies.names import Columns
from auditor.bodies.routines import Routine, routine_of
from auditor.bodies.scene import Scene, TriggerFacts, column_name
from auditor.catalog.kinds.domain_constraint import DomainConstraint
from auditor.catalog.kinds.event_trigger import EventTrigger
from auditor.catalog.kinds.function import Function
from auditor.catalog.kinds.index import Index
from auditor.catalog.kinds.materialized_view import MaterializedView
from auditor.catalog.kinds.policy import Policy
from auditor.catalog.kinds.rule import Rule
from auditor.catalog.kinds.table_column import TableColumn
from auditor.catalog.kinds.table_constraint import TableConstraint
from auditor.catalog.kinds.trigger import Trigger
from auditor.catalog.kinds.type import Type
from auditor.catalog.kinds.view import View
from auditor.contract.arbiters import candidates
from auditor.contract.facts import Facts
from auditor.model import CatalogObject, ObjectId, Snapshot
from auditor.repair.create import function_statement
from auditor.sql.names import split_name

_RELATIONS = frozenset({"table", "foreign table", "view", "materialized view"})


def scene_of_snapshot(facts: Facts, *, source: str = "live") -> Scene:
    """The scene of the snapshot that is judged; places come from the history where a body is its newest one."""
    snapshot = facts.live
    columns: dict[str, list[str]] = {}
    for item in snapshot.objects.values():
        if isinstance(item, TableColumn):
            columns.setdefault(item.table, []).append(column_name(item.identity))
    tables = {one.identity: one.kind for one in snapshot.objects if one.kind in _RELATIONS}
    return Scene(
        routines={routine.id: routine for routine in _routines(facts)},
        tables=tables,
        table_columns={
            identity: Columns(tuple(columns.get(identity, ())), complete=facts.whole)
            for identity, kind in tables.items()
            if kind in ("table", "foreign table")
        },
        triggers=tuple(_triggers(snapshot)),
        views={
            item.identity: item.definition
            for item in snapshot.objects.values()
            if isinstance(item, View | MaterializedView)
        },
        rules=tuple(
            (item.id, item.table, item.definition) for item in snapshot.objects.values() if isinstance(item, Rule)
        ),
        keys_of=partial(candidates, snapshot),
        constraints=frozenset(
            item.identity
            for item in snapshot.objects.values()
            if isinstance(item, TableConstraint) and item.type in ("p", "u", "x")
        ),
        mentioned=tuple(_mentioned(snapshot)),
        composite_types=frozenset(
            item.identity
            for item in snapshot.objects.values()
            if isinstance(item, Type) and item.form == "composite"
        ),
        class_of=facts.class_of,
        whole=facts.whole,
        source=source,
    )


# Private


def _routines(facts: Facts) -> Iterator[Routine]:
    for item in facts.live.objects.values():
        if not isinstance(item, Function) or item.library is not None or item.language in {"internal", "c"}:
            continue
        definition = facts.definition(item.id)
        same = definition is not None and definition.body == item.body
        routine = routine_of(
            item.id,
            facts.class_of(item.id),
            function_statement(item),
            executors=frozenset(
                grantee
                for text in item.privileges
                for grantee, _, privilege in [text.partition(": ")]
                if privilege.rstrip("*") == "EXECUTE" and grantee != "owner"
            ),
            place=definition.location if definition is not None and same else None,
            written=definition.text if definition is not None and same else None,
            owner=item.owner,
        )
        if routine is not None:
            yield routine


def _triggers(snapshot: Snapshot) -> Iterator[TriggerFacts]:
    for item in snapshot.objects.values():
        if isinstance(item, Trigger):
            yield TriggerFacts(
                item.id,
                item.table,
                item.function,
                tuple(item.events),
                item.timing,
                item.level == "row",
                item.enabled != "disabled",
                tuple(split_name(name)[0] for name in (item.old_table, item.new_table) if name),
            )


def _mentioned(snapshot: Snapshot) -> Iterator[tuple[ObjectId, str]]:
    """Expressions of the catalog, each with the object that holds it."""
    for item in snapshot.objects.values():
        yield from ((item.id, text) for text in _texts(item) if text)


def _texts(item: CatalogObject) -> tuple[str | None, ...]:
    match item:
        case TableColumn():
            return (item.default,)
        case TableConstraint():
            return (item.expression, item.predicate, *item.elements)
        case DomainConstraint():
            return (item.expression,)
        case Type():
            return (item.default,)
        case Index():
            return (*item.keys, item.predicate)
        case Policy():
            return (item.using, item.check)
        case Trigger():
            return (item.when,)
        case EventTrigger():
            return (item.function,)
    return ()
