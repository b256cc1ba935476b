"""Which values the body of a function may put into a column: what its INSERTs and MERGEs name.

A body is read without regard to the order in which it runs: a variable may hold whatever any statement assigns
to it. A value that the body compares the variable with, or with which it only begins, may never arrive at the
INSERT and is kept apart; what cannot be told is said.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from auditor.migrations.effects.plpgsql_tree import assigned_in, expression_text, expressions_in, parse_one
from auditor.model.change import Name
from auditor.sql import UnreadableSql, grammar
from auditor.sql.constant_rows import literal_rows
from auditor.sql.tree import (
    Node,
    array_literal,
    items,
    kind_and_body,
    literal,
    relation_name,
    strings,
)
from auditor.sql.values import output_of


@dataclass(frozen=True, slots=True)
class Inserted:
    """What one statement puts into a column.

    Attributes:
        table: as written.
        values: the constants.
        doubtful: constants that a variable holds, but perhaps not when the statement runs.
        complete: False if it may be something else too.
        default: True if it may be the column's default.
    """

    table: Name
    values: frozenset[str] = frozenset()
    doubtful: frozenset[str] = frozenset()
    complete: bool = True
    default: bool = False


@lru_cache(maxsize=256)
def inserted_values(statement: str, column: str) -> tuple[Inserted, ...]:
    """What the body of a function puts into columns of a name, table by table.

    Args:
        statement: CREATE FUNCTION or PROCEDURE.
        column: unquoted.

    Returns:
        One for each INSERT and MERGE that stands in the text; those that are put together at run time are not
        among them.
    """
    try:
        return tuple(_inserted(statement, column))
    except UnreadableSql:
        return ()


@lru_cache(maxsize=256)
def compared_values(statement: str, column: str) -> tuple[frozenset[str], bool]:
    """What the variables of a body may hold that a column of a name is compared with (`=`, IN, `= ANY`).

    Returns:
        The constants, and whether these are all; what stands in the comparison itself is not among them.
    """
    try:
        trees, variables = _body(statement)
    except UnreadableSql:
        return frozenset(), False
    sources = _Sources()
    for tree in trees:
        for name in _compared_names(tree, column):
            sources.names.add(name)
    values, doubtful, complete = sources.resolved(variables)
    return values | doubtful, complete


# Private


@dataclass(slots=True)
class _Sources:
    """Where a value comes from: constants, variables, and anything else."""

    values: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    doubtful: set[str] = field(default_factory=set)
    anything: bool = False

    def add(self, node: Node | None) -> None:
        """Add what an expression may yield."""
        if node is None or _is_null(node):
            return
        if (value := literal(node)) is not None:
            self.values.add(value)
            return
        if (elements := array_literal(node)) is not None:
            self.values.update(elements)
            return
        kind, body = kind_and_body(node)
        match kind:
            case "TypeCast":
                self.add(body.get("arg"))
            case "CaseExpr":
                for when in body.get("args", ()):
                    self.add(when["CaseWhen"].get("result"))
                self.add(body.get("defresult"))
            case "CoalesceExpr":
                for argument in body.get("args", ()):
                    self.add(argument)
            case "ColumnRef" if all("String" in part for part in body["fields"]):
                self.names.add(".".join(strings(body["fields"])))
            case _:
                self.anything = True

    def resolved(self, variables: Mapping[str, _Sources]) -> tuple[frozenset[str], frozenset[str], bool]:
        """The constants behind it, those that are doubtful, and whether these are all."""
        values, doubtful, complete = set(self.values), set(self.doubtful), not self.anything
        seen: set[str] = set()
        work = list(self.names)
        while work:
            name = work.pop()
            if name in seen:
                continue
            seen.add(name)
            found = variables.get(name)
            if found is None:
                complete = False
                continue
            values |= found.values
            doubtful |= found.doubtful
            complete = complete and not found.anything
            work.extend(found.names)
        return frozenset(values), frozenset(doubtful - values), complete


def _inserted(statement: str, column: str) -> Iterator[Inserted]:
    trees, variables = _body(statement)
    for tree in trees:
        for kind, body in _writes(tree):
            sources = _of_insert(body, column) if kind == "InsertStmt" else _of_merge(body, column)
            if sources is None:
                continue
            found, default = sources
            yield Inserted(relation_name(body["relation"]), *found.resolved(variables), default)


def _body(statement: str) -> tuple[list[Node], dict[str, _Sources]]:
    """The statements of a body, and what its variables may hold."""
    parsed = grammar.parse(statement)
    create = parsed[0]["stmt"].get("CreateFunctionStmt") if len(parsed) == 1 else None
    if create is None:
        return [], {}
    if "sql_body" in create:
        return [create["sql_body"]], {}
    functions = grammar.parse_plpgsql(statement)
    if functions is not None:
        trees: list[Node] = []
        variables: dict[str, _Sources] = {}
        for function in functions:
            body = function["PLpgSQL_function"]
            for wrapped in expressions_in(body.get("action")):
                text = expression_text(wrapped)
                tree = parse_one(text)
                if tree is None:
                    tree = parse_one(f"SELECT {text}")
                if tree is not None:
                    trees.append(tree)
            variables |= _variables(body)
        for name, value in _comparisons(trees):
            if name in variables and value in variables[name].values:
                variables[name].values.discard(value)
                variables[name].doubtful.add(value)
        return trees, variables
    options = {option["DefElem"]["defname"]: option["DefElem"] for option in create.get("options", ())}
    source = strings(items(options["as"]["arg"])) if "as" in options else []
    language = options.get("language", {}).get("arg", {}).get("String", {}).get("sval", "sql").lower()
    if language != "sql" or len(source) != 1:
        return [], {}
    return [part["stmt"] for part in grammar.parse(source[0])], {}


def _variables(function: Node) -> dict[str, _Sources]:
    datums = [kind_and_body(datum) for datum in function.get("datums", ())]
    names = [str(body.get("refname", "")) for _, body in datums]
    found: dict[str, _Sources] = {}
    initial: dict[str, _Sources] = {}
    for kind, body in datums:
        if kind == "PLpgSQL_var" and "lineno" in body:
            found.setdefault(body["refname"], _Sources())
            if "default_val" in body:
                initial.setdefault(body["refname"], _Sources()).add(_expression(body["default_val"]))
    assigned = assigned_in(function.get("action"), names)
    for name, sources in initial.items():
        if name in assigned:
            found[name].doubtful |= sources.values
            found[name].anything |= sources.anything
            found[name].names |= sources.names
        else:
            found[name] = sources
    for kind, body in _statements(function.get("action")):
        for name in _set_by(kind, body, names):
            variable = found.get(name)
            if variable is not None and not _assign(kind, body, name, variable):
                variable.anything = True
        if kind in ("PLpgSQL_stmt_fors", "PLpgSQL_stmt_dynfors") and (fields := _fields_of_loop(body)):
            found |= fields
    return found


def _set_by(kind: str, body: Node, names: list[str]) -> set[str]:
    """The variables that a statement sets itself, those within it left out."""
    own = {
        key: value
        for key, value in body.items()
        if key in ("varno", "target", "var") or kind == "PLpgSQL_stmt_call"
    }
    if kind == "PLpgSQL_stmt_getdiag":
        own = body
    return assigned_in({kind: own} if kind == "PLpgSQL_stmt_call" else own, names)


def _assign(kind: str, body: Node, name: str, sources: _Sources) -> bool:
    """Note what a statement assigns to a variable; False if that cannot be told."""
    if kind == "PLpgSQL_stmt_assign":
        sources.add(_expression(body["expr"]))
        return True
    if kind == "PLpgSQL_stmt_foreach_a":
        array = array_literal(_expression(body["expr"]))
        sources.values |= set(array or ())
        return array is not None
    if kind == "PLpgSQL_stmt_execsql" and "target" in body:
        fields = [one.get("name", "") for one in kind_and_body(body["target"])[1].get("fields", ())]
        tree = parse_one(body["sqlstmt"]["PLpgSQL_expr"].get("query", ""))
        targets = (tree or {}).get("SelectStmt", {}).get("targetList", ())
        if name not in fields or len(targets) != len(fields):
            return False
        sources.add(targets[fields.index(name)]["ResTarget"].get("val"))
        return True
    if kind == "PLpgSQL_stmt_fors":
        fields = [one.get("name", "") for one in kind_and_body(body["var"])[1].get("fields", ())]
        rows = _rows(body)
        if rows is None or name not in fields:
            return False
        at = fields.index(name)
        texts = [output_of(list(row.values())[at]) for row in rows if len(row) > at]
        sources.values |= {text for text in texts if text is not None}
        return len(texts) == len(rows)
    return False


def _fields_of_loop(body: Node) -> dict[str, _Sources]:
    """The fields of the record of a FOR over rows that the text gives."""
    kind, variable = kind_and_body(body["var"])
    rows = _rows(body) if kind == "PLpgSQL_rec" and "query" in body else None
    found: dict[str, _Sources] = {}
    for row in rows or ():
        for column, value in row.items():
            sources = found.setdefault(f"{variable.get('refname', '')}.{column}", _Sources())
            text = output_of(value)
            sources.values |= {text} if text is not None else set()
    return found


def _rows(body: Node) -> list[dict[str, Any]] | None:
    tree = parse_one(expression_text(body["query"]))
    return literal_rows(tree.get("SelectStmt", {}), {}) if tree is not None else None


def _expression(wrapped: Node) -> Node | None:
    tree = parse_one(f"SELECT {expression_text(wrapped)}")
    targets = (tree or {}).get("SelectStmt", {}).get("targetList", ())
    # A text that cannot be read may be anything: an empty function call says so.
    return targets[0]["ResTarget"].get("val") if len(targets) == 1 else {"FuncCall": {}}


def _statements(node: Any) -> Iterator[tuple[str, Node]]:
    """Every PL/pgSQL statement below a node."""
    if isinstance(node, list):
        for element in node:
            yield from _statements(element)
    elif isinstance(node, dict):
        for key, value in node.items():
            if key.startswith("PLpgSQL_stmt_"):
                yield key, value
            if isinstance(value, (dict, list)):
                yield from _statements(value)


def _writes(node: Any) -> Iterator[tuple[str, Node]]:
    """Every INSERT and MERGE below a node of a statement."""
    if isinstance(node, list):
        for element in node:
            yield from _writes(element)
    elif isinstance(node, dict):
        for key, value in node.items():
            if key in ("InsertStmt", "MergeStmt"):
                yield key, value
            if isinstance(value, (dict, list)):
                yield from _writes(value)


def _comparisons(node: Any) -> Iterator[tuple[str, str]]:
    """The variables and constants that are compared with one another below a node."""
    if isinstance(node, list):
        for element in node:
            yield from _comparisons(element)
    elif isinstance(node, dict):
        if (body := node.get("A_Expr")) is not None:
            sides = [body.get("lexpr", {}), body.get("rexpr", {})]
            names = [".".join(strings(one["ColumnRef"]["fields"])) for one in sides if "ColumnRef" in one]
            for side in sides:
                for item in side.get("List", {}).get("items", [side]):
                    single = literal(item)
                    for text in array_literal(item) or ([] if single is None else [single]):
                        yield from ((name, text) for name in names)
        for value in node.values():
            if isinstance(value, (dict, list)):
                yield from _comparisons(value)


def _compared_names(node: Any, column: str) -> Iterator[str]:
    """The names that a column is compared with, below a node."""
    if isinstance(node, list):
        for element in node:
            yield from _compared_names(element, column)
    elif isinstance(node, dict):
        if (body := node.get("A_Expr")) is not None and strings(body.get("name", ())) == ["="]:
            sides = [body.get("lexpr", {}), body.get("rexpr", {})]
            names = [strings(one.get("ColumnRef", {}).get("fields", ())) for one in sides]
            for own, other in (names, reversed(names)):
                if own[-1:] == [column] and len(other) == 1 and other != [column]:
                    yield other[0]
        for value in node.values():
            if isinstance(value, (dict, list)):
                yield from _compared_names(value, column)


def _of_insert(body: Node, column: str) -> tuple[_Sources, bool]:
    columns = [one["ResTarget"]["name"] for one in body.get("cols", ())]
    sources = _Sources()
    for assignment in body.get("onConflictClause", {}).get("targetList", ()):
        if assignment["ResTarget"].get("name") == column:
            sources.add(assignment["ResTarget"].get("val"))
    if not columns:
        sources.anything = "selectStmt" in body  # in the order of the table, which the text does not tell
        return sources, "selectStmt" not in body
    if column not in columns or "selectStmt" not in body:
        return sources, True
    at = columns.index(column)
    default = False
    for row in _rows_of(body["selectStmt"]["SelectStmt"]):
        if row is None or at >= len(row):
            sources.anything = True
        elif "SetToDefault" in row[at]:
            default = True
        else:
            sources.add(row[at])
    return sources, default


def _rows_of(select: Node) -> Iterator[list[Node] | None]:
    """The expressions of each row or sub-query; None for a list that the text does not tell (`*`)."""
    if "larg" in select:
        yield from _rows_of(select["larg"])
        yield from _rows_of(select["rarg"])
        return
    for row in select.get("valuesLists", ()):
        yield row["List"].get("items", [])
    if targets := select.get("targetList"):
        values = [target["ResTarget"].get("val", {}) for target in targets]
        stars = any("A_Star" in part for v in values for part in v.get("ColumnRef", {}).get("fields", ()))
        yield None if stars else values


def _of_merge(body: Node, column: str) -> tuple[_Sources, bool] | None:
    sources, default, inserts = _Sources(), False, False
    for wrapped in body.get("mergeWhenClauses", ()):
        when = wrapped["MergeWhenClause"]
        if when.get("commandType") != "CMD_INSERT":
            continue
        inserts = True
        columns = [one["ResTarget"]["name"] for one in when.get("targetList", ())]
        values = when.get("values", [])
        if column in columns and columns.index(column) < len(values):
            sources.add(values[columns.index(column)])
        elif columns or not values:
            default = True
        else:
            sources.anything = True
    return (sources, default) if inserts else None


def _is_null(node: Node) -> bool:
    return bool(node.get("A_Const", {}).get("isnull"))
