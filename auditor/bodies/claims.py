"""How a function takes rows off a queue: does it lock what it picks, and does what it picks look different after.

https://www.postgresql.org/docs/current/sql-select.html#SQL-FOR-UPDATE-SHARE
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from auditor.bodies.ambiguity import pieces_of_routine
from auditor.bodies.references import walk_statements
from auditor.bodies.routines import Routine
from auditor.bodies.scene import Scene, parsed
from auditor.model.change import Name
from auditor.sql import UnreadableSql, grammar
from auditor.sql.tree import Node, relation_name, strings

_STRONG = frozenset({"LCS_FORUPDATE", "LCS_FORNOKEYUPDATE"})


@dataclass(frozen=True, slots=True)
class Claiming:
    """One statement that takes rows of the queue.

    Attributes:
        line: within the body, from 1.
        locks: FOR UPDATE or FOR NO KEY UPDATE on the queue, somewhere in the statement.
        skips: SKIP LOCKED.
        limited: it picks a number of rows, with LIMIT or FETCH FIRST.
        filters: columns that decide which rows are picked.
        sets: columns that are set.
        deletes: it takes the rows away.
    """

    line: int
    locks: bool
    skips: bool
    limited: bool
    filters: frozenset[str]
    sets: frozenset[str]
    deletes: bool = False


def claiming_statements(routine: Routine, scene: Scene, table: str) -> Iterator[Claiming]:
    """The statements of a body that update or delete rows of the queue, or pick and lock them."""
    for sql, line in statements_with_lines(routine, scene):
        tree = parsed(sql)
        if tree is None:
            continue
        found = _claiming(tree, routine, scene, table, line)
        if found is not None:
            yield found


def statements_with_lines(routine: Routine, scene: Scene) -> Iterator[tuple[str, int]]:
    """The SQL of a body, each text with the line within the body on which it begins."""
    if routine.language == "sql":
        try:
            ranges = grammar.split(routine.body)
        except UnreadableSql:
            return
        data = routine.body.encode(errors="surrogatepass")
        for start, end in ranges:
            yield data[start:end].decode(errors="replace"), data.count(b"\n", 0, start) + 1
        return
    for piece in pieces_of_routine(routine, scene):
        yield piece.sql, piece.line


# Private


def _claiming(tree: Node, routine: Routine, scene: Scene, table: str, line: int) -> Claiming | None:
    locks = skips = limited = deletes = False
    filters: set[str] = set()
    sets: set[str] = set()
    written = picked = False
    for kind, body in walk_statements(tree):
        if kind in ("UpdateStmt", "DeleteStmt") and _means(body["relation"], routine, scene, table):
            written = True
            deletes = deletes or kind == "DeleteStmt"
            sets |= {target["ResTarget"]["name"] for target in body.get("targetList", ()) if kind == "UpdateStmt"}
            filters |= _columns(body.get("whereClause"))
        elif kind == "SelectStmt" and _reads(body, routine, scene, table):
            for clause in body.get("lockingClause", ()):
                locking = clause["LockingClause"]
                if locking.get("strength") in _STRONG:
                    locks = picked = True
                    skips = skips or locking.get("waitPolicy") == "LockWaitSkip"
            limited = limited or "limitCount" in body
            filters |= _columns(body.get("whereClause"))
    if not written and not picked:
        return None
    return Claiming(line, locks, skips, limited, frozenset(filters), frozenset(sets), deletes)


def _means(range_var: Node, routine: Routine, scene: Scene, table: str) -> bool:
    return scene.find_table(relation_name(range_var), routine.search_path) == table


def _reads(select: Node, routine: Routine, scene: Scene, table: str) -> bool:
    return any(
        scene.find_table(name, routine.search_path) == table for name in _from_names(select.get("fromClause", ()))
    )


def _from_names(nodes: Any) -> Iterator[Name]:
    """Relations of a FROM list itself, not those of its sub-queries."""
    for node in nodes:
        if (relation := node.get("RangeVar")) is not None:
            yield relation_name(relation)
        elif (join := node.get("JoinExpr")) is not None:
            yield from _from_names([join["larg"], join["rarg"]])


def _columns(node: Any) -> set[str]:
    """Names of columns that a condition mentions."""
    found: set[str] = set()
    stack = [node]
    while stack:
        current = stack.pop()
        if isinstance(current, list):
            stack.extend(current)
        elif isinstance(current, dict):
            for key, value in current.items():
                if key == "ColumnRef":
                    found |= set(strings(value.get("fields", ()))[-1:])
                elif isinstance(value, (dict, list)):
                    stack.append(value)
    return found
