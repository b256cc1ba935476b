"""Queries that need no table: VALUES, `unnest` of a known array, `generate_series` of known bounds."""

from __future__ import annotations

from auditor.sql import dates
from auditor.sql.constants import evaluate
from auditor.sql.tree import Node, array_literal, items, strings
from auditor.sql.values import NULL, Environment, Value, as_integer

Row = dict[str, Value]
"""Values by the name of the column."""

MAX_ROWS = 1_000
"""Rows of such a query; one with more is not known."""

_CLAUSES = ("whereClause", "larg", "groupClause", "havingClause", "limitCount", "limitOffset", "withClause")


def literal_rows(select: Node, known: Environment) -> list[Row] | None:
    """The rows of a query, in order, or None where they depend on anything but the text.

    Args:
        select: the body of a SelectStmt.
        known: values of variables.
    """
    if any(clause in select for clause in (*_CLAUSES, "sortClause", "distinctClause")):
        return None
    if "valuesLists" in select:
        return _values(select, [], known)
    targets = [target["ResTarget"] for target in select.get("targetList", ())]
    sources = select.get("fromClause", ())
    if not sources and len(targets) == 1:
        call = targets[0].get("val", {}).get("FuncCall")
        return _rows_of_call(call, [targets[0].get("name", _name_of(call))], known) if call is not None else None
    if len(sources) != 1:
        return None
    found = _rows_of_source(sources[0], known)
    return None if found is None else _project(found[0], found[1], targets, known)


def rows_of_function(call: Node, columns: list[str], known: Environment) -> list[Row] | None:
    """The rows of `unnest(...)` or `generate_series(...)` in FROM, under one column name."""
    return _rows_of_call(call, columns, known)


def rows_in_sight(select: Node, known: Environment) -> list[Row] | None:
    """The rows of the only FROM item of a query, by the names that its expressions know them under."""
    sources = select.get("fromClause", ())
    if len(sources) != 1 or any(clause in select for clause in _CLAUSES):
        return None
    found = _rows_of_source(sources[0], known)
    return None if found is None else [_named(row, found[1]) for row in found[0]]


# Private


def _rows_of_source(source: Node, known: Environment) -> tuple[list[Row], str] | None:
    """The rows of a FROM item, and its alias."""
    rows: list[Row] | None = None
    body = source.get("RangeFunction") or source.get("RangeSubselect")
    if body is None:
        return None
    alias = body.get("alias", {})
    name, columns = str(alias.get("aliasname", "")), strings(alias.get("colnames", ()))
    if "RangeFunction" in source:
        functions = body.get("functions", ())
        calls = items(functions[0]) if len(functions) == 1 and "ordinality" not in body else []
        if (call := calls[0].get("FuncCall") if calls else None) is not None:
            rows = _rows_of_call(call, columns or [name or _name_of(call)], known)
            name = name or _name_of(call)
    else:
        query = body["subquery"].get("SelectStmt", {})
        if "valuesLists" in query:
            rows = _values(query, columns, known)
        elif not columns:
            rows = literal_rows(query, known)
    return None if rows is None else (rows, name)


def _project(rows: list[Row], alias: str, targets: list[Node], known: Environment) -> list[Row] | None:
    projected: list[Row] = []
    for row in rows:
        sight = {**known, **_named(row, alias)}
        result: Row = {}
        for target in targets:
            expression = target.get("val", {})
            fields = strings(expression.get("ColumnRef", {}).get("fields", ()))
            if fields[-1:] == ["*"]:
                result.update(row)
                continue
            if fields[-1:] == [alias] and alias not in row:
                return None  # the row as a whole
            value = evaluate(expression, sight)
            if value is None:
                return None
            result[target.get("name") or (fields[-1] if fields else _name_of(expression.get("FuncCall")))] = value
        projected.append(result)
    return projected


def _values(select: Node, names: list[str], known: Environment) -> list[Row] | None:
    rows: list[Row] = []
    for wrapped in select["valuesLists"]:
        row: Row = {}
        for at, node in enumerate(items(wrapped)):
            value = evaluate(node, known)
            if value is None:
                return None
            row[names[at] if at < len(names) else f"column{at + 1}"] = value
        rows.append(row)
    return rows if len(rows) <= MAX_ROWS else None


def _rows_of_call(call: Node, columns: list[str], known: Environment) -> list[Row] | None:
    name, arguments = _name_of(call), call.get("args", ())
    values = [evaluate(argument, known) for argument in arguments]
    if len(columns) != 1:
        return None
    found: list[Value] | None = None
    if name == "unnest" and len(values) == 1:
        if isinstance(values[0], str):
            texts = array_literal(arguments[0])
            found = None if texts is None else [*texts]
        elif isinstance(values[0], list):
            found = _flat(values[0])
    elif name == "generate_series" and len(values) == 3 and (days := dates.series(*values)) is not None:
        found = [*days]
    elif name == "generate_series" and len(values) in (2, 3):
        first, last, step = (as_integer(value) for value in (*values, 1)[:3])
        if first is not None and last is not None and step and NULL not in values:
            numbers = range(first, last + (1 if step > 0 else -1), step)
            found = [*numbers] if len(numbers) <= MAX_ROWS else None
    return None if found is None or len(found) > MAX_ROWS else [{columns[0]: value} for value in found]


def _flat(values: list[Value]) -> list[Value]:
    return [one for value in values for one in (_flat(value) if isinstance(value, list) else [value])]


def _named(row: Row, alias: str) -> Row:
    return {**row, **{f"{alias}.{column}": value for column, value in row.items()}} if alias else dict(row)


def _name_of(call: Node | None) -> str:
    return (strings(call["funcname"]) or [""])[-1] if call is not None else "?column?"
