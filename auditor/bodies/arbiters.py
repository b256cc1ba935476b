"""ON CONFLICT for which no unique key stands ready.

https://www.postgresql.org/docs/current/sql-insert.html#SQL-ON-CONFLICT
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from auditor.bodies.claims import statements_with_lines
from auditor.bodies.references import walk_statements
from auditor.bodies.routines import Routine
from auditor.bodies.scene import Scene, parsed
from auditor.sql.names import split_name
from auditor.sql.tree import relation_name


@dataclass(frozen=True, slots=True)
class NoArbiter:
    """An INSERT that fails with 42P10 (or 42704) whenever it runs.

    Attributes:
        table: identity.
        target: `(a, b)` or `ON CONSTRAINT name`.
        line: within the body, from 1.
    """

    table: str
    target: str
    line: int


def without_arbiter(routine: Routine, scene: Scene) -> Iterator[NoArbiter]:
    """The INSERTs of a body whose ON CONFLICT names no key that is there; nothing if keys are not known."""
    if scene.keys is None or not scene.whole:
        return
    for sql, line in statements_with_lines(routine, scene):
        tree = parsed(sql)
        for kind, body in walk_statements(tree):
            infer = body.get("onConflictClause", {}).get("infer") if kind == "InsertStmt" else None
            if not infer:
                continue
            table = scene.find_table(relation_name(body["relation"]), routine.search_path)
            if table is None or scene.tables.get(table) != "table":
                continue
            keys = [key for key in scene.keys if key.table == table]
            if (name := infer.get("conname")) is not None:
                if all(split_name(key.id.identity.partition(" on ")[0])[-1] != name for key in keys):
                    yield NoArbiter(table, f"ON CONSTRAINT {name}", line)
                continue
            elements = [element["IndexElem"] for element in infer.get("indexElems", ())]
            if any("name" not in one or "opclass" in one or "collation" in one for one in elements):
                continue  # expressions are not compared here
            wanted = frozenset(element["name"] for element in elements)
            partial = "whereClause" in infer
            if not any(key.columns == wanted and (partial or not key.partial) for key in keys):
                yield NoArbiter(table, f"({', '.join(element['name'] for element in elements)})", line)
