"""Names that PostgreSQL would call ambiguous: a column of a query that PL/pgSQL knows as a variable too.

PL/pgSQL looks every column reference up twice, as SQL does and among its variables; if both find something and
`#variable_conflict` does not decide, the statement fails with 42702 when it is run, not when the function is
created (`plpgsql_post_column_ref()`, pl_comp.c).

https://www.postgresql.org/docs/current/plpgsql-implementation.html#PLPGSQL-VAR-SUBST
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from auditor.bodies.names import UNKNOWN, Columns, Found
from auditor.bodies.references import references_of
from auditor.bodies.routines import Routine
from auditor.bodies.scene import Scene, parsed
from auditor.bodies.variables import Piece, Variable, lookup, pieces_of
from auditor.model.change import Name
from auditor.sql.tree import Node

_WHAT = {"o": "result column", "b": "parameter", "t": "result column"}


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """One reference that PostgreSQL rejects.

    Attributes:
        name: as written.
        variable: what PL/pgSQL takes it for; None if two FROM items have such a column.
        line: within the body, from 1.
        conflict: it is a column of ON CONFLICT (...).
        statement: the SQL.
    """

    name: str
    variable: Variable | None
    line: int
    conflict: bool
    statement: str


def pieces_of_routine(routine: Routine, scene: Scene) -> list[Piece]:
    """The expressions and statements of a routine's body with the names in sight; none if it is not PL/pgSQL."""
    if routine.tree is None:
        return []
    what = {one.name: _WHAT.get(one.mode, "parameter") for one in routine.definition.arguments if one.name}
    name = routine.definition.name.name
    return list(pieces_of(routine.tree, name, scene.is_row_type(routine), what))


def ambiguous_references(routine: Routine, scene: Scene) -> Iterator[Ambiguous]:
    """The references of a PL/pgSQL body that PostgreSQL would call ambiguous, in order."""
    decided = routine.variable_conflict in ("use_variable", "use_column")
    pieces = pieces_of_routine(routine, scene)
    if not pieces:
        return
    trees = [(piece, tree) for piece in pieces if (tree := parsed(piece.sql)) is not None]
    own = _temporary_tables([tree for _, tree in trees])
    known = scene.columns_in(routine)
    functions = scene.function_columns_in(routine)

    def relations(name: Name) -> Columns:
        if name.schema in (None, "pg_temp") and name.name in own:
            return own[name.name]
        return known(name)

    for piece, tree in trees:
        for reference in references_of(tree, relations, functions):
            if reference.found not in (Found.ONCE, Found.SEVERAL):
                continue
            variable = lookup(reference.names, piece.chain)
            if variable is not None and piece.statement == "declare" and len(reference.names) > 1:
                continue  # fields of rows are not looked for in declarations
            if reference.found is Found.SEVERAL:
                if variable is not None and routine.variable_conflict == "use_variable":
                    continue
            elif variable is None or decided:
                continue
            before = piece.sql.encode()[: max(reference.position, 0)]
            yield Ambiguous(
                ".".join(reference.names),
                None if decided else variable,
                piece.line + before.count(b"\n"),
                reference.conflict,
                " ".join(piece.sql.split()),
            )


# Private


def _temporary_tables(trees: list[Node]) -> dict[str, Columns]:
    """Tables that the body makes itself; for those made by a query the columns are not known."""
    found: dict[str, Columns] = {}
    for tree in trees:
        if (create := tree.get("CreateStmt")) is not None:
            columns = tuple(
                element["ColumnDef"]["colname"]
                for element in create.get("tableElts", ())
                if "ColumnDef" in element
            )
            complete = not create.get("inhRelations") and all(
                "TableLikeClause" not in e for e in create["tableElts"]
            )
            found[create["relation"]["relname"]] = Columns(columns, complete)
        elif (made := tree.get("CreateTableAsStmt")) is not None:
            found[made["into"]["rel"]["relname"]] = UNKNOWN
    return found
