"""Which class owns what, to begin with: core is what its tables pull along, legacy what was dropped or is off."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from auditor.bodies.reach import dead_routines
from auditor.catalog.kinds.table_column import TableColumn
from auditor.history.fold import History
from auditor.model import ObjectId, Snapshot
from auditor.proposal.flow import TABLES, Flow
from auditor.proposal.ties import Ties

INFRA = ("extension *", "role *", "schema *", "default acl *", "event trigger *", "publication *")
"""What a system stands on; an entry of these kinds that owns nothing is none of anybody's business."""

_OWNED_ALONE = frozenset(
    {
        "aggregate",
        "foreign table",
        "function",
        "materialized view",
        "procedure",
        "sequence",
        "table",
        "type",
        "view",
    }
)
"""Kinds that hang on nothing, so that somebody has to own each."""

_LEFT_BEHIND = re.compile(r"_(?:old|legacy|deprecated|backup|bak)(?:_\w+)?$")


@dataclass(frozen=True, slots=True)
class Proposed:
    """Entries of `classes:`, each `KIND IDENTITY`, with the reason.

    Attributes:
        core, legacy, infra: entry -> why.
        unclassified: entries for the rest -> what ties them to the core, or "".
        core_objects: what the entries of core stand for.
    """

    core: dict[str, str]
    legacy: dict[str, str]
    infra: dict[str, str]
    unclassified: dict[str, str]
    core_objects: frozenset[ObjectId]


def proposed_classes(
    seeds: Mapping[ObjectId, str], flow: Flow, history: History, snapshot: Snapshot, ledgers: Iterable[str]
) -> Proposed:
    """The classes.

    Args:
        seeds: tables and routines that are core, each with the reason.
        flow: of the catalog that the history makes.
        history: the migrations, folded.
        snapshot: the catalog.
        ledgers: tables in which migration tools note what they applied, as `SCHEMA.NAME` or `NAME`.
    """
    core = closure(seeds, flow, snapshot, history)
    infra = {entry: "what the system stands on" for entry in INFRA if _has_kind(entry, history, snapshot)}
    for item in sorted(snapshot.objects):
        if item.kind == "table" and {item.identity, item.identity.rpartition(".")[2]} & {*ledgers}:
            infra[entry_of(item)] = "the ledger of the migration tool"
    if "cron" in {name.partition(".")[0] for name in flow.scene.tables}:
        infra["table cron.*"] = "schedules"
    legacy = _legacy(history, flow, core)
    ties = Ties(core, flow, snapshot)
    taken = {*infra, *legacy, *(entry_of(item) for item in core)}
    rest = {
        entry_of(item): ties.to_core(item)
        for item, life in sorted(history.lives.items())
        if life.exists and item.kind in _OWNED_ALONE and not history.ancestors(item)
    }
    return Proposed(
        core={entry_of(item): why for item, why in sorted(core.items())},
        legacy=legacy,
        infra=infra,
        unclassified={entry: tie for entry, tie in rest.items() if entry not in taken},
        core_objects=frozenset(core),
    )


def closure(
    seeds: Mapping[ObjectId, str], flow: Flow, snapshot: Snapshot, history: History
) -> dict[ObjectId, str]:
    """What core tables pull along, each with the reason: triggers, functions, what these write, who claims.

    Of the platform's tables the triggers that the migrations put there are core, and nothing else of it is.
    """
    found: dict[ObjectId, str] = {}
    work = list(seeds.items())
    seen: set[ObjectId] = set()
    while work:
        item, why = work.pop(0)
        if item in seen:
            continue
        seen.add(item)
        if is_own(item, history):
            found[item] = why
        elif item.kind in TABLES:
            own = [one for one in flow.triggers.get(item.identity, ()) if one.enabled and one.id in history.lives]
            found |= {trigger.id: f"fires {_bare(trigger.function)}" for trigger in own}
            work += [(flow.function_of(trigger), f"fired by {trigger.id.identity}") for trigger in own]
            continue
        else:
            continue
        if item.kind in TABLES:
            work += _of_table(item.identity, flow, snapshot)
        elif item in flow.scene.routines:
            work += [(called, f"called by {short(item)}") for called in sorted(flow.called_by(item))]
            if flow.claims.get(item) or flow.scene.triggers_of(flow.scene.routines[item]):
                work += [(_table(one, flow), f"written by {short(item)}") for one in sorted(flow.writes[item])]
    return found


def is_own(item: ObjectId, history: History) -> bool:
    """Whether an object is the project's and not the platform's: the migrations make it, or its schema."""
    schema = item.identity.partition(".")[0]
    return item in history.lives or schema == "public" or ObjectId("schema", schema) in history.lives


def feeds_a_queue(table: str, flow: Flow) -> bool:
    """Whether a trigger of the table puts rows into a queue: then who changes its rows makes the jobs."""
    return any(
        flow.routines_that(flow.claims, target)
        for trigger in flow.triggers.get(table, ())
        if trigger.enabled
        for target in flow.inserts.get(flow.function_of(trigger), ())
    )


def entry_of(item: ObjectId) -> str:
    """An object as an entry of `classes:`; a routine without its arguments, so that it owns the overloads."""
    return f"{item.kind} {short(item)}"


def short(item: ObjectId) -> str:
    """An identity without arguments, for people."""
    return item.identity.partition("(")[0]


# Private


def _bare(routine: str) -> str:
    return routine.partition("(")[0]


def _of_table(table: str, flow: Flow, snapshot: Snapshot) -> list[tuple[ObjectId, str]]:
    found = [
        (flow.function_of(trigger), f"fired by {trigger.id.identity.removesuffix(f' on {table}')}")
        for trigger in flow.triggers.get(table, ())
        if trigger.enabled and flow.function_of(trigger) in flow.scene.routines
    ]
    for item in flow.routines_that(flow.inserts, table):
        found.append((item, f"puts rows into {table}"))
        sources = [t.table for t in flow.scene.triggers_of(flow.scene.routines[item]) if t.enabled]
        found += [(_table(source, flow), f"its trigger puts rows into {table}") for source in sources]
    claims = flow.routines_that(flow.claims, table)
    found += [(item, f"takes rows from {table}") for item in claims]
    if claims or feeds_a_queue(table, flow):
        found += [(item, f"changes rows of {table}") for item in flow.routines_that(flow.writes, table)]
    for column in snapshot.objects.values():
        if isinstance(column, TableColumn) and column.table == table:
            kind = ObjectId("type", column.type.removesuffix("[]"))
            if kind in snapshot:
                found.append((kind, f"the type of {column.identity}"))
    return found


def _table(identity: str, flow: Flow) -> ObjectId:
    return ObjectId(flow.scene.tables.get(identity, "table"), identity)


def _legacy(history: History, flow: Flow, core: dict[ObjectId, str]) -> dict[str, str]:
    """What is there and off, not fired any more, or called old; then what was dropped for good.

    What one migration made and dropped again was its own helper, and is left out.
    """
    found: dict[str, str] = {}
    for triggers in flow.triggers.values():
        for trigger in triggers:
            if not trigger.enabled:
                found[str(trigger.id)] = "switched off"
    for routine in dead_routines(flow.scene, (), ()):
        life = history.lives.get(routine.id)
        if routine.returns_trigger and routine.id not in core and life is not None and life.exists:
            found[entry_of(routine.id)] = "no trigger fires it"
    for name in sorted(flow.scene.tables):
        if _LEFT_BEHIND.search(name) and _table(name, flow) not in core:
            found[entry_of(_table(name, flow))] = "its name says so"
    alive = {entry_of(item) for item, life in history.lives.items() if life.exists}
    for item, life in sorted(history.lives.items()):
        last = life.last_effect
        if life.exists or item.kind not in _OWNED_ALONE or last is None or last.action != "drop":
            continue
        outlived = any(effect.migration != last.migration for effect in life.effects)
        if outlived and not last.implied and entry_of(item) not in alive and item not in core:
            found[entry_of(item)] = f"dropped by {last.migration}"
    return found


def _has_kind(entry: str, history: History, snapshot: Snapshot) -> bool:
    kind = entry.removesuffix(" *")
    return any(item.kind == kind for item in (*history.lives, *snapshot.objects))
