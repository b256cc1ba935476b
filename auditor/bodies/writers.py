"""Who can put rows into a table, beside functions that say INSERT: views, rules, triggers, and who calls whom."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from auditor.bodies.routines import Routine
from auditor.bodies.scene import Scene, parsed
from auditor.model import ObjectId
from auditor.model.change import Access, Name, Rows
from auditor.sql.mentions import Mentions
from auditor.sql.tree import Node, relation_name, strings

INSERTING = frozenset({"insert", "merge", "copy"})


@dataclass(frozen=True, slots=True)
class Way:
    """One way by which rows get into a table or have their keys changed.

    Attributes:
        object: the function or rule.
        how: `inserts into`, `changes dedupe_key of`.
        through: the view that stands between, or None.
        direct: a plain INSERT by a function, which the contract's own check finds too.
    """

    object: ObjectId
    how: str
    through: str | None = None
    direct: bool = False


def accesses_of(routine: Routine) -> Iterator[Access]:
    """What a body does to rows."""
    return (change.access for change in routine.changes if isinstance(change, Rows))


def ways_into(scene: Scene, table: str, keys: frozenset[str]) -> Iterator[Way]:
    """Every way into a table.

    Args:
        scene: the catalog.
        table: identity.
        keys: columns whose UPDATE makes another row of it.
    """
    views = dict(updatable_views(scene, table))
    for item in sorted(scene.routines):
        routine = scene.routines[item]
        for access in accesses_of(routine):
            if access.action != "write":
                continue
            target = scene.find_table(access.name, routine.search_path)
            through = target if target in views else None
            if target != table and through is None:
                continue
            if access.verb in INSERTING:
                yield Way(item, "inserts into", through, direct=through is None)
            if access.verb in ("update", "merge") or access.conflict:
                changed = _table_columns(access.columns, views.get(through or "", {})) & keys
                if changed and access.verb == "update":
                    yield Way(item, f"changes {', '.join(sorted(changed))} of", through)
    for item, on, text in scene.rules:
        for access in _actions_of_rule(text):
            if access.action == "write" and access.verb in INSERTING and _resolved(scene, access.name) == table:
                yield Way(item, "inserts into", None if on == table else on)


def callers_of(scene: Scene, routine: ObjectId) -> tuple[list[ObjectId], list[ObjectId]]:
    """Routines that call one, directly or through others, and the triggers that fire it or one of them."""
    graph = call_graph(scene)
    reached: dict[ObjectId, None] = {}
    work = [routine]
    while work:
        current = work.pop(0)
        for caller, called in graph.items():
            if current in called and caller != routine and caller not in reached:
                reached[caller] = None
                work.append(caller)
    functions = {routine.identity, *(one.identity for one in reached)}
    triggers = [trigger.id for trigger in scene.triggers if trigger.function in functions and trigger.enabled]
    return sorted(reached), sorted(triggers)


def call_graph(scene: Scene) -> Mapping[ObjectId, frozenset[ObjectId]]:
    """Which routines each routine's body calls; all overloads of a name."""
    return {
        item: frozenset(
            found.id
            for access in accesses_of(routine)
            if access.action == "call"
            for found in scene.find_routines(access.name, routine.search_path)
        )
        for item, routine in scene.routines.items()
    }


def updatable_views(scene: Scene, table: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Views through which rows of a table can be written, and the table's column behind each of theirs.

    PostgreSQL's rule for views that are updatable by themselves, and views upon those.
    https://www.postgresql.org/docs/current/sql-createview.html#SQL-CREATEVIEW-UPDATABLE-VIEWS
    """
    instead = {trigger.table for trigger in scene.triggers if trigger.timing == "instead of"}
    bases: dict[str, dict[str, str]] = {table: {}}
    found: dict[str, dict[str, str]] = {}
    grown = True
    while grown:
        grown = False
        for view, text in scene.views.items():
            if view in found or view in instead or scene.tables.get(view) != "view":
                continue
            base = _base_of(text, scene)
            if base is not None and base[0] in bases:
                below = bases[base[0]]
                found[view] = {name: below.get(column, column) for name, column in base[1].items()}
                bases[view] = found[view]
                grown = True
    yield from found.items()


def tables_behind(scene: Scene, relation: str) -> frozenset[str]:
    """The tables that a view's query reads, through other views too; the relation itself if it is a table."""
    seen: set[str] = set()
    work = [relation]
    while work:
        current = work.pop()
        if current in seen:
            continue
        seen.add(current)
        text = scene.views.get(current)
        statement = parsed(text) if text is not None else None
        if statement is not None:
            references = Mentions().walk(statement).references()
            targets = [_resolved(scene, one.name) for one in references if one.kind == "relation"]
            work += [target for target in targets if target is not None]
    return frozenset(seen - {relation}) or frozenset({relation})


# Private


def _resolved(scene: Scene, name: Name) -> str | None:
    return scene.find_table(name, None)


def _table_columns(columns: tuple[str, ...], behind: Mapping[str, str]) -> frozenset[str]:
    return frozenset(behind.get(column, column) for column in columns)


def _actions_of_rule(text: str) -> tuple[Access, ...]:
    statement = parsed(text)
    rule = (statement or {}).get("RuleStmt", {})
    return Mentions().walk(rule.get("actions", [])).accesses()


def _base_of(text: str, scene: Scene) -> tuple[str, dict[str, str]] | None:
    """The one relation of a simple view, and the column behind each output; None if the view is not simple."""
    statement = parsed(text)
    select: Node = (statement or {}).get("SelectStmt", {})
    sources = select.get("fromClause", ())
    simple = (
        len(sources) == 1
        and "RangeVar" in sources[0]
        and not any(
            clause in select
            for clause in (
                "larg", "groupClause", "havingClause", "distinctClause", "limitCount", "limitOffset", "withClause",
                "windowClause",
            )
        )
    )  # fmt: skip
    if not simple:
        return None
    if any(map(_may_aggregate, select.get("targetList", ()))):
        return None
    base = _resolved(scene, relation_name(sources[0]["RangeVar"]))
    if base is None:
        return None
    columns: dict[str, str] = {}
    for wrapped in select.get("targetList", ()):
        target = wrapped["ResTarget"]
        fields = target.get("val", {}).get("ColumnRef", {}).get("fields", ())
        if fields and "String" in fields[-1]:
            column = str(fields[-1]["String"]["sval"])
            columns[str(target.get("name", column))] = column
    return base, columns


def _may_aggregate(target: Node) -> bool:
    """Whether an output is a call of what aggregates, or of a window function, or gives a set."""
    call = target["ResTarget"].get("val", {}).get("FuncCall")
    if call is None:
        return False
    return "agg_star" in call or "over" in call or strings(call.get("funcname", ()))[-1] in _AGGREGATES


_AGGREGATES = frozenset({"count", "sum", "min", "max", "avg", "array_agg", "string_agg", "jsonb_agg", "unnest"})
