"""What PostgreSQL calls an expression or an output column that nobody named."""

from __future__ import annotations

from auditor.sql.tree import Node, kind_and_body, strings

_FIXED: dict[str, str] = {
    "GroupingFunc": "grouping",
    "MergeSupportFunc": "merge_action",
    "A_ArrayExpr": "array",
    "RowExpr": "row",
    "CoalesceExpr": "coalesce",
    "XmlSerialize": "xmlserialize",
    "JsonParseExpr": "json",
    "JsonScalarExpr": "json_scalar",
    "JsonSerializeExpr": "json_serialize",
    "JsonObjectConstructor": "json_object",
    "JsonArrayConstructor": "json_array",
    "JsonArrayQueryConstructor": "json_array",
    "JsonObjectAgg": "json_objectagg",
    "JsonArrayAgg": "json_arrayagg",
}
_BY_OPERATION: dict[str, str] = {
    "IS_GREATEST": "greatest",
    "IS_LEAST": "least",
    "IS_XMLCONCAT": "xmlconcat",
    "IS_XMLELEMENT": "xmlelement",
    "IS_XMLFOREST": "xmlforest",
    "IS_XMLPARSE": "xmlparse",
    "IS_XMLPI": "xmlpi",
    "IS_XMLROOT": "xmlroot",
    "JSON_EXISTS_OP": "json_exists",
    "JSON_QUERY_OP": "json_query",
    "JSON_VALUE_OP": "json_value",
}


def index_column_name(expression: Node) -> str:
    """What PostgreSQL calls an expression when it makes up an index's name; `expr` where it has no better idea.

    Follows `FigureIndexColname()` (parse_target.c) and `ChooseIndexColumnNames()` (indexcmds.c).
    """
    return _figure(expression)[1] or "expr"


def output_column_name(target: Node) -> str | None:
    """The name of one output column of a query, or None for `*`. Follows `FigureColname()` (parse_target.c).

    Args:
        target: the body of a ResTarget.
    """
    if (name := target.get("name")) is not None:
        return str(name)
    value = target.get("val", {})
    if (column := value.get("ColumnRef")) is not None and "A_Star" in column["fields"][-1]:
        return None
    if (indirection := value.get("A_Indirection")) is not None and "A_Star" in indirection["indirection"][-1]:
        return None
    return _figure(value)[1] or "?column?"


def output_columns(select: Node) -> tuple[str, ...] | None:
    """The names of all output columns of a SelectStmt's body, or None when a `*` hides some."""
    while (left := select.get("larg")) is not None:
        select = left
    if (rows := select.get("valuesLists")) is not None:
        return tuple(f"column{number + 1}" for number in range(len(rows[0]["List"].get("items", ()))))
    names = [output_column_name(target["ResTarget"]) for target in select.get("targetList", ())]
    return None if None in names else tuple(name for name in names if name is not None)


def _figure(node: Node) -> tuple[int, str | None]:
    """Strength (0 to 2) and name, as `FigureColnameInternal()` has them."""
    kind, body = kind_and_body(node)
    if kind in _FIXED:
        return 2, _FIXED[kind]
    match kind:
        case "ColumnRef":
            names = [part for part in strings(body.get("fields", ())) if part != "*"]
            return (2, names[-1]) if names else (0, None)
        case "A_Indirection":
            names = [part for part in strings(body.get("indirection", ())) if part != "*"]
            return (2, names[-1]) if names else _figure(body.get("arg", {}))
        case "FuncCall":
            return 2, strings(body["funcname"])[-1]
        case "A_Expr":
            return (2, "nullif") if body.get("kind") == "AEXPR_NULLIF" else (0, None)
        case "TypeCast":
            strength, name = _figure(body.get("arg", {}))
            return (strength, name) if strength > 1 else (1, strings(body["typeName"]["names"])[-1])
        case "CollateClause":
            return _figure(body.get("arg", {}))
        case "CaseExpr":
            strength, name = _figure(body.get("defresult", {}))
            return (strength, name) if strength > 1 else (1, "case")
        case "SubLink":
            return _figure_sublink(body)
        case "SQLValueFunction":
            words = str(body.get("op", "")).removeprefix("SVFOP_").lower()
            return 2, words.removesuffix("_n")
        case "MinMaxExpr" | "XmlExpr" | "JsonFuncExpr":
            named = _BY_OPERATION.get(body.get("op", ""))
            return (2, named) if named else (0, None)
    return 0, None


def _figure_sublink(body: Node) -> tuple[int, str | None]:
    match body.get("subLinkType"):
        case "EXISTS_SUBLINK":
            return 2, "exists"
        case "ARRAY_SUBLINK":
            return 2, "array"
        case "EXPR_SUBLINK":
            columns = output_columns(body["subselect"].get("SelectStmt", {}))
            return (2, columns[0]) if columns else (0, None)
    return 0, None
