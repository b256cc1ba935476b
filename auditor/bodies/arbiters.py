"""ON CONFLICT for which no unique key stands ready.

https://www.postgresql.org/docs/current/sql-insert.html#SQL-ON-CONFLICT
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from auditor.bodies.routines import Routine
from auditor.bodies.scene import Scene
from auditor.contract.arbiters import answers, described
from auditor.model.change import Rows
from auditor.sql.names import quote_identifier


@dataclass(frozen=True, slots=True)
class NoArbiter:
    """An INSERT that fails with 42P10 (or 42704) whenever it runs.

    Attributes:
        table: identity.
        clause: `ON CONFLICT (a, b)` or `ON CONFLICT ON CONSTRAINT name`.
        line: within the body, from 1.
    """

    table: str
    clause: str
    line: int


def without_arbiter(routine: Routine, scene: Scene, except_for: Collection[str] = ()) -> Iterator[NoArbiter]:
    """The INSERTs of a body whose ON CONFLICT names no key that is there; nothing if keys are not known.

    Args:
        routine: the routine.
        scene: the catalog.
        except_for: tables that are not looked at.
    """
    if scene.keys_of is None or scene.constraints is None or not scene.whole:
        return
    for change in routine.changes:
        if not isinstance(change, Rows) or not change.access.arbiters:
            continue
        table = scene.find_table(change.access.name, routine.search_path)
        if table is None or scene.tables.get(table) != "table" or table in except_for:
            continue
        for arbiter in change.access.arbiters:
            if arbiter.constraint is not None:
                missing = f"{quote_identifier(arbiter.constraint)} on {table}" not in scene.constraints
            else:
                missing = all(answers(arbiter, one) is False for one in scene.keys_of(table))
            if missing:
                yield NoArbiter(table, described(arbiter), routine.line_of(change))
