"""Expressions that can be computed from the text alone: what EXECUTE is given, what FOREACH runs over.

Only text and arrays of text: literals, `||`, `format()`, the quoting functions, variables of known value.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from auditor.sql.names import quote_identifier
from auditor.sql.tree import Node, array_literal, items, literal, strings

Value = str | list[str]
"""A text or an array of texts. What is not known is None; so is NULL."""

Environment = Mapping[str, Value]
"""Values of variables by name; of a record's field by `record.field`."""

ANYTHING = "?"
"""No name of a variable: see :func:`evaluate`."""

_FORMAT = re.compile(r"%(?:(\d+)\$)?(?:-?\d+)?([sIL%])")


def evaluate(node: Node | None, known: Environment) -> Value | None:
    """The value of an expression, or None where it depends on anything but the text.

    Args:
        node: the expression's node.
        known: values of variables. A value for :data:`ANYTHING` stands in for each part that is not known.
    """
    if not node:
        return None
    if (value := literal(node)) is not None:
        return value
    for kind, body in node.items():
        if (reader := _READERS.get(kind)) is not None and (found := reader(body, known)) is not None:
            return found
    return known.get(ANYTHING)


def literal_rows(select: Node, known: Environment) -> list[dict[str, str]] | None:
    """The rows of a query that needs no table: VALUES, `unnest` of a known array; None for any other.

    Args:
        select: the body of a SelectStmt.
        known: values of variables.

    Returns:
        For each row its columns by name.
    """
    if any(clause in select for clause in ("whereClause", "larg", "groupClause", "limitCount", "withClause")):
        return None
    if "valuesLists" in select:
        return _values(select, (), known)
    targets = [target["ResTarget"] for target in select.get("targetList", ())]
    sources = select.get("fromClause", ())
    if not sources and len(targets) == 1:
        call = targets[0].get("val", {}).get("FuncCall")
        column = targets[0].get("name", "unnest")
        return _unnest(call, column, known) if call is not None else None
    if len(sources) != 1:
        return None
    rows = _rows_of_source(sources[0], known)
    if rows is None or not rows:
        return rows
    return _project(rows, targets)


# Private


def _rows_of_source(source: Node, known: Environment) -> list[dict[str, str]] | None:
    if (function := source.get("RangeFunction")) is not None:
        calls = items(function["functions"][0])
        alias = function.get("alias", {})
        names = strings(alias.get("colnames", ())) or [alias.get("aliasname", "unnest")]
        call = calls[0].get("FuncCall") if calls else None
        return _unnest(call, names[0], known) if call is not None else None
    if (inner := source.get("RangeSubselect")) is not None:
        names = strings(inner.get("alias", {}).get("colnames", ()))
        query = inner["subquery"].get("SelectStmt", {})
        if "valuesLists" in query:
            return _values(query, tuple(names), known)
    return None


def _project(rows: list[dict[str, str]], targets: list[Node]) -> list[dict[str, str]] | None:
    projected: list[dict[str, str]] = [{} for _ in rows]
    for target in targets:
        fields = strings(target.get("val", {}).get("ColumnRef", {}).get("fields", ()))
        if not fields:
            return None
        if fields[-1] == "*":
            for result, row in zip(projected, rows, strict=True):
                result.update(row)
            continue
        if fields[-1] not in rows[0]:
            return None
        for result, row in zip(projected, rows, strict=True):
            result[target.get("name", fields[-1])] = row[fields[-1]]
    return projected


def _values(select: Node, names: tuple[str, ...], known: Environment) -> list[dict[str, str]] | None:
    rows = []
    for row in select["valuesLists"]:
        values = [evaluate(value, known) for value in items(row)]
        texts = [value for value in values if isinstance(value, str)]
        if len(texts) != len(values):
            return None
        columns = [names[at] if at < len(names) else f"column{at + 1}" for at in range(len(texts))]
        rows.append(dict(zip(columns, texts, strict=True)))
    return rows


def _unnest(call: Node, column: str, known: Environment) -> list[dict[str, str]] | None:
    if strings(call["funcname"])[-1] != "unnest" or len(call.get("args", ())) != 1:
        return None
    values = evaluate(call["args"][0], known)
    if isinstance(values, str):
        values = array_literal(call["args"][0])
    return None if values is None else [{column: value} for value in values]


def _variable(body: Node, known: Environment) -> Value | None:
    return known.get(".".join(strings(body.get("fields", ()))))


def _cast(body: Node, known: Environment) -> Value | None:
    value = evaluate(body.get("arg"), known)
    if isinstance(value, str) and body["typeName"].get("arrayBounds"):
        return array_literal({"A_Const": {"sval": {"sval": value}}})
    return value


def _operator(body: Node, known: Environment) -> Value | None:
    if body.get("kind") != "AEXPR_OP" or strings(body.get("name", ())) != ["||"]:
        return None
    left, right = evaluate(body.get("lexpr"), known), evaluate(body.get("rexpr"), known)
    if isinstance(left, str) and isinstance(right, str):
        return left + right
    if isinstance(left, list) and right is not None:
        return left + (right if isinstance(right, list) else [right])
    return None


def _array(body: Node, known: Environment) -> Value | None:
    values = [evaluate(element, known) for element in body.get("elements", ())]
    texts = [value for value in values if isinstance(value, str)]
    return texts if len(texts) == len(values) else None


def _coalesce(body: Node, known: Environment) -> Value | None:
    arguments = body.get("args", ())
    return evaluate(arguments[0], known) if arguments else None


def _call(body: Node, known: Environment) -> Value | None:
    function = _FUNCTIONS.get(strings(body["funcname"])[-1])
    if function is None or body.get("func_variadic"):
        return None
    arguments = [evaluate(argument, known) for argument in body.get("args", ())]
    texts = [argument for argument in arguments if isinstance(argument, str)]
    if len(texts) != len(arguments):
        return None
    try:
        return function(*texts)
    except (TypeError, IndexError):  # arguments that the function does not take
        return None


def _format(template: str, *arguments: str) -> str:
    """`format()`: https://www.postgresql.org/docs/current/functions-string.html#FUNCTIONS-STRING-FORMAT."""
    position = 0

    def replace(match: re.Match[str]) -> str:
        nonlocal position
        if match[2] == "%":
            return "%"
        position = int(match[1]) if match[1] else position + 1
        value = arguments[position - 1]
        if match[2] == "I":
            return quote_identifier(value)
        return _quote_literal(value) if match[2] == "L" else value

    return _FORMAT.sub(replace, template)


def _quote_literal(text: str) -> str:
    quoted = "'" + text.replace("'", "''").replace("\\", "\\\\") + "'"
    return f"E{quoted}" if "\\" in text else quoted


_FUNCTIONS: dict[str, Callable[..., Value]] = {
    "format": _format,
    "concat": lambda *texts: "".join(texts),
    "quote_ident": quote_identifier,
    "quote_literal": _quote_literal,
    "lower": str.lower,
    "upper": str.upper,
    "replace": str.replace,
    "btrim": lambda text: text.strip(" "),
    "string_to_array": lambda text, separator: text.split(separator),
}
_READERS: dict[str, Callable[[Node, Environment], Value | None]] = {
    "ColumnRef": _variable,
    "TypeCast": _cast,
    "A_Expr": _operator,
    "A_ArrayExpr": _array,
    "CoalesceExpr": _coalesce,
    "FuncCall": _call,
}
