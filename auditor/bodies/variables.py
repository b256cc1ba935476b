"""Which variables PL/pgSQL knows at each expression of a body.

PL/pgSQL keeps its names in nested levels (`pl_funcs.c`, `plpgsql_ns_lookup()`): the function with its parameters,
each block with what it declares, each integer FOR with its variable, the query of a cursor with its arguments. A
level may have a label (the function's is its name), which qualifies names; the innermost level that has a name
hides the others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from auditor.migrations.effects.plpgsql_tree import blocks_in, expression_text, loop_variables
from auditor.sql.tree import Node, kind_and_body

OF_TRIGGERS = (
    "tg_name", "tg_when", "tg_level", "tg_op", "tg_relid", "tg_relname", "tg_table_name", "tg_table_schema",
    "tg_nargs", "tg_argv",
)  # fmt: skip
_OF_HANDLERS = ("sqlstate", "sqlerrm")


@dataclass(frozen=True, slots=True)
class Variable:
    """A name that PL/pgSQL knows.

    Attributes:
        row: a record or a row of a composite type, whose fields can be named.
        untyped: a record that has no fields until it is assigned.
        what: `parameter`, `result column`, `variable`: for messages.
    """

    name: str
    row: bool = False
    untyped: bool = False
    what: str = "variable"


@dataclass(frozen=True, slots=True)
class Names:
    """One level of names.

    Attributes:
        label: of the block or loop, or the function's name; None if it has none.
    """

    variables: dict[str, Variable]
    label: str | None = None


Chain = tuple[Names, ...]
"""Innermost first."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One expression or SQL statement of a body.

    Attributes:
        sql: a text that can be parsed as one statement.
        line: line within the body on which its PL/pgSQL statement begins; the body's first line is 1.
        chain: the names in sight.
        statement: kind of the PL/pgSQL statement that holds it, such as `PLpgSQL_stmt_dynexecute`.
    """

    sql: str
    line: int
    chain: Chain
    statement: str = ""


def lookup(names: tuple[str, ...], chain: Chain) -> Variable | None:
    """The variable that a column reference can mean, or None. Follows `resolve_column_ref()` (pl_comp.c)."""
    first = names[0]
    second = names[1] if len(names) > 1 else None
    for level in chain:
        found = level.variables.get(first)
        if found is not None and (second is None or found.row):
            # `record`, `record.*`, `record.field`
            return found if len(names) <= 2 else None
        if second is not None and level.label == first:
            inner = level.variables.get(second)
            if inner is not None and len(names) == 2:
                return inner
            if inner is not None and inner.row and len(names) == 3:
                return inner
    return None


def pieces_of(
    function: Node, name: str, is_row: Callable[[str], bool], parameters: dict[str, str] | None = None
) -> Iterator[Piece]:
    """Every expression and SQL statement of a body, with the names in sight.

    Args:
        function: a PLpgSQL_function.
        name: of the routine, which is the label of the outermost level.
        is_row: whether a type as written is a composite one.
        parameters: name -> what it is (`parameter`, `result column`).
    """
    yield from _Scopes(function, name, is_row, parameters or {}).pieces()


# Private


class _Scopes:
    def __init__(
        self, function: Node, name: str, is_row: Callable[[str], bool], parameters: dict[str, str]
    ) -> None:
        self._function = function
        self._datums = [kind_and_body(datum) for datum in function.get("datums", ())]
        self._is_row = is_row
        arguments = self._cursor_arguments()
        loops = {(loop.get("refname"), loop.get("lineno")) for loop in loop_variables(function)}
        blocks = Counter(block.get("lineno", 0) for block in blocks_in(function.get("action")))
        outermost: dict[str, Variable] = {}
        self._by_block: dict[int, dict[str, Variable]] = {}
        self._place: dict[tuple[int, str], int] = {}  # of a variable among the datums, by block and name
        for at, (kind, body) in enumerate(self._datums):
            variable = self._variable(kind, body, parameters)
            if variable is None or at in arguments:
                continue
            declared = body.get("lineno", 0)
            if not declared:
                outermost.setdefault(variable.name, variable)
            elif (variable.name, declared) not in loops and variable.name not in _OF_HANDLERS:
                line = min((line for line in blocks if line >= declared), default=0)
                if blocks[line] == 1:
                    self._by_block.setdefault(line, {})[variable.name] = variable
                    self._place[line, variable.name] = at
        if "new_varno" in function or "new" in outermost:
            outermost |= {one: Variable(one) for one in OF_TRIGGERS}
        self._outermost = Names(outermost, name)

    def pieces(self) -> Iterator[Piece]:
        yield from self._walk(self._function.get("action"), (self._outermost,), "", 1)

    # Private

    def _variable(self, kind: str, body: Node, parameters: dict[str, str]) -> Variable | None:
        name = body.get("refname", "")
        if not name or name.startswith(("__Case__", "(unnamed", "*")):
            return None
        what = parameters.get(name, "variable") if not body.get("lineno") else "variable"
        if kind == "PLpgSQL_rec":
            # A parameter's fields are known; those of NEW and OLD are the table's.
            typed = not body.get("lineno")
            return Variable(name, row=True, untyped=not typed, what=what)
        if kind != "PLpgSQL_var":
            return None
        written = body.get("datatype", {}).get("PLpgSQL_type", {}).get("typname", "").strip()
        return Variable(name, row=self._is_row(written), what=what)

    def _cursor_arguments(self) -> set[int]:
        found: set[int] = set()
        for _, body in self._datums:
            row = body.get("cursor_explicit_argrow")
            if row is not None and 0 <= row < len(self._datums):
                found |= {field["varno"] for field in self._datums[row][1].get("fields", ())}
        return found

    def _walk(self, node: Any, chain: Chain, statement: str, line: int) -> Iterator[Piece]:
        if isinstance(node, list):
            for element in node:
                yield from self._walk(element, chain, statement, line)
            return
        if not isinstance(node, dict):
            return
        for key, value in node.items():
            if key == "PLpgSQL_expr":
                yield self._piece(value, chain, statement, line)
            elif key == "PLpgSQL_stmt_block":
                yield from self._block(value, chain)
            elif key == "PLpgSQL_stmt_fori":
                yield from self._integer_loop(value, chain)
            elif key.startswith("PLpgSQL_stmt_") and isinstance(value, dict):
                inner = chain
                if "label" in value and key != "PLpgSQL_stmt_exit":
                    inner = (Names({}, value["label"]), *chain)
                for part, content in value.items():
                    # The label of a loop is known in its body; that changes nothing in its head.
                    yield from self._walk(
                        content, inner if part == "body" else chain, key, value.get("lineno", line)
                    )
            elif key not in ("var", "target") and isinstance(value, (dict, list)):
                yield from self._walk(value, chain, statement, line)

    def _piece(self, expression: Node, chain: Chain, statement: str, line: int) -> Piece:
        if expression.get("parseMode", 0) == 0:
            return Piece(expression.get("query", ""), line, chain, statement)
        text = expression_text({"PLpgSQL_expr": expression})
        return Piece(f"SELECT {text}", line, chain, statement)

    def _block(self, body: Node, chain: Chain) -> Iterator[Piece]:
        line = body.get("lineno", 1)
        inner = (Names(self._by_block.get(line, {}), body.get("label")), *chain)
        yield from self._declared(body, inner)
        yield from self._walk(body.get("body"), inner, "", line)
        handlers = body.get("exceptions", {}).get("PLpgSQL_exception_block", {}).get("exc_list", ())
        if handlers:
            in_handler = (Names({one: Variable(one) for one in _OF_HANDLERS}), *inner)
            yield from self._walk(list(handlers), in_handler, "", line)

    def _declared(self, block: Node, chain: Chain) -> Iterator[Piece]:
        """Defaults and cursor queries of the variables of a block.

        Each sees the variables declared before it; its own name is not known yet (`decl_statement`, pl_gram.y).
        """
        names, line = chain[0].variables, block.get("lineno", 1)
        for at, (kind, body) in enumerate(self._datums):
            if kind != "PLpgSQL_var" or not body.get("lineno") or body.get("refname") not in names:
                continue
            if body["lineno"] > block.get("lineno", 0):
                continue
            before = {name: one for name, one in names.items() if self._place[line, name] < at}
            own = (Names(before, chain[0].label), *chain[1:])
            if (default := body.get("default_val")) is not None:
                yield self._piece(default["PLpgSQL_expr"], own, "declare", body["lineno"])
            if (query := body.get("cursor_explicit_expr")) is not None:
                inner = own
                row = body.get("cursor_explicit_argrow")
                if row is not None and 0 <= row < len(self._datums):
                    fields = self._datums[row][1].get("fields", ())
                    arguments = {field["name"]: Variable(field["name"]) for field in fields}
                    inner = (Names(arguments), *own)
                yield self._piece(query["PLpgSQL_expr"], inner, "declare", body["lineno"])

    def _integer_loop(self, body: Node, chain: Chain) -> Iterator[Piece]:
        line = body.get("lineno", 1)
        for bound in ("lower", "upper", "step"):
            yield from self._walk(body.get(bound), chain, "PLpgSQL_stmt_fori", line)
        name = body.get("var", {}).get("PLpgSQL_var", {}).get("refname", "")
        inner = (Names({name: Variable(name)}, body.get("label")), *chain)
        yield from self._walk(body.get("body"), inner, "", line)
