"""Whether two texts that PostgreSQL itself printed mean the same.

Both sides come from the deparser (`pg_get_expr()`, `pg_get_viewdef()`...) with an empty `search_path`: names are
qualified, constants carry their casts, operators without a schema are PostgreSQL's own. So little is left that can
be written in two ways, and only what certainly means the same is taken as the same:

- in an expression, the order of the operands of AND and OR, of the elements of an IN list and of the sides of `=`
  and `<>`; a chain `x = a OR x = b`; `x = true` for `x`; NOT in front of IN or `=`;
- in a query, the table in front of a column. Up to 15 the query of a view names it always, since 16 only where the
  query has several tables. Where one side has no table in front of it there is but one that it can be of.

Nothing else that the deparsers of 15 to 18 print has been found to differ (docs/comparison.md, "Across majors").
No server is asked. `EXPLAIN (VERBOSE)` on the live one would need SELECT on its tables, which the auditor's role
does not have, and its planner runs immutable functions, here with text that comes from a pull request.
"""

from __future__ import annotations

from typing import Any

from auditor.sql import UnreadableSql
from auditor.sql.grammar import Node, parse

Form = Any
"""A node as nested tuples: its kind first, then its fields by name."""


def same_printed_expression(left: str, right: str) -> bool:
    """Whether two printed expressions mean the same; False if one cannot be read."""
    if left == right:
        return True
    try:
        one, other = _expression(left), _expression(right)
        return one is not None and bool(one == other)
    except RecursionError:
        return False


def same_printed_query(left: str, right: str) -> bool:
    """Whether two printed queries are the same but for layout and needless table names; False if unreadable."""
    if left == right:
        return True
    try:
        one, other = parse(left), parse(right)
    except UnreadableSql:
        return False
    return len(one) == len(other) and all(_unify(a["stmt"], b["stmt"]) for a, b in zip(one, other, strict=True))


# Private

# Queries


def _unify(left: Any, right: Any) -> bool:
    """Whether two nodes are equal but for positions and a table's name in front of a column on one side only."""
    if isinstance(left, dict) and isinstance(right, dict):
        if left.keys() == {"ColumnRef"} == right.keys():
            return _same_column(left["ColumnRef"]["fields"], right["ColumnRef"]["fields"])
        names = _fields(left)
        return names == _fields(right) and all(_unify(left[name], right[name]) for name in names)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(_unify, left, right))
    return bool(left == right)


def _fields(node: Node) -> set[str]:
    return {name for name in node if not _is_position(name)}


def _is_position(name: str) -> bool:
    return name.endswith("location") or name in {"stmt_len", "list_start", "list_end"}


def _same_column(left: list[Node], right: list[Node]) -> bool:
    if len(left) == len(right):
        return left == right
    return 1 in (len(left), len(right)) and left[-1] == right[-1]


# Expressions

_BOOLEAN_OPERATORS = {"AND_EXPR": "and", "OR_EXPR": "or"}


def _expression(text: str) -> Form | None:
    try:
        statements = parse(f"SELECT ({text})")
    except UnreadableSql:
        return None
    select = statements[0]["stmt"].get("SelectStmt", {}) if len(statements) == 1 else {}
    targets = select.get("targetList", ())
    if len(targets) != 1 or set(select) - {"targetList", "limitOption", "op"}:
        return None  # the text broke out of its parentheses
    return _form(targets[0]["ResTarget"]["val"])


def _form(node: Any) -> Any:
    if isinstance(node, list):
        return tuple(map(_form, node))
    if not isinstance(node, dict):
        return node
    if len(node) == 1:
        ((kind, body),) = node.items()
        if kind == "BoolExpr":
            return _boolean(body)
        if kind == "A_Expr" and [*body["name"][0]] == ["String"] and len(body["name"]) == 1:
            return _operation(body)
    return tuple((name, _form(node[name])) for name in sorted(_fields(node)))


def _boolean(body: Node) -> Form:
    operands = [_form(operand) for operand in body["args"]]
    if body["boolop"] == "NOT_EXPR":
        match operands[0]:
            case ("in", subject, elements):
                return ("not in", subject, elements)
            case ("not in", subject, elements):
                return ("in", subject, elements)
            case ("=", left, right):
                return ("<>", left, right)
            case ("<>", left, right):
                return ("=", left, right)
            case operand:
                return ("not", operand)
    word = _BOOLEAN_OPERATORS[body["boolop"]]
    flat: list[Form] = []
    for operand in operands:
        flat += operand[1] if operand[:1] == (word,) else [operand]
    if word == "or":
        flat = _as_lists(flat)
    return flat[0] if len(flat) == 1 else (word, _sorted(flat))


def _as_lists(alternatives: list[Form]) -> list[Form]:
    """`x = a OR x = b` as `x IN (a, b)`; which side of `=` is the constant is told by its form."""
    lists: dict[Form, list[Form]] = {}
    others: list[Form] = []
    for one in alternatives:
        match one:
            case ("in", subject, elements):
                lists.setdefault(subject, []).extend(elements)
            case ("=", left, right) if _is_constant(left) != _is_constant(right):
                subject, element = (right, left) if _is_constant(left) else (left, right)
                lists.setdefault(subject, []).append(element)
            case _:
                others.append(one)
    return others + [_membership("in", subject, elements) for subject, elements in lists.items()]


def _operation(body: Node) -> Form:
    operator, kind = body["name"][0]["String"]["sval"], body["kind"]
    left, right = _form(body.get("lexpr")), _form(body.get("rexpr"))
    elements = _elements(body.get("rexpr"))
    if elements is not None and (kind, operator) in {("AEXPR_OP_ANY", "="), ("AEXPR_OP_ALL", "<>")}:
        return _membership("in" if operator == "=" else "not in", left, elements)
    if kind == "AEXPR_OP" and operator in {"=", "<>"} and left is not None:
        for one, other in ((left, right), (right, left)):
            if (operator, one) in {("=", _TRUE), ("<>", _FALSE)}:
                return other
        return (operator, *_sorted([left, right]))
    return ("operator", kind, operator, left, right)


def _elements(node: Node | None) -> list[Form] | None:
    """What an array constructor holds, each element cast as the array is; None if it is something else."""
    if node is None:
        return None
    if "A_ArrayExpr" in node:
        return [_form(element) for element in node["A_ArrayExpr"].get("elements", ())]
    if "TypeCast" in node:
        inner, type_name = _elements(node["TypeCast"]["arg"]), node["TypeCast"]["typeName"]
        bounds = type_name.get("arrayBounds", ())
        if inner is None or len(bounds) != 1:
            return None
        element_type = _form({name: type_name[name] for name in type_name if name != "arrayBounds"})
        return [_cast(element, element_type) for element in inner]
    return None


def _cast(inner: Form, type_name: Form) -> Form:
    """As `_form` has a TypeCast, but `'a'::varchar::text` is `'a'::text`: the string stays what it is."""
    match inner:
        case (("TypeCast", (("arg", (("A_Const", _),) as constant), ("typeName", between))),):
            if between == _VARCHAR and type_name == _TEXT:
                inner = constant
    return (("TypeCast", (("arg", inner), ("typeName", type_name))),)


def _membership(word: str, subject: Form, elements: list[Form]) -> Form:
    if len(set(elements)) == 1:
        return ("=" if word == "in" else "<>", *_sorted([subject, elements[0]]))
    return (word, subject, _sorted(set(elements)))


def _is_constant(form: Form) -> bool:
    match form:
        case (("A_Const", _),):
            return True
        case (("TypeCast", (("arg", inner), ("typeName", _))),):
            return _is_constant(inner)
    return False


def _sorted(forms: Any) -> tuple[Form, ...]:
    return tuple(sorted(forms, key=repr))


_TEXT: Form = (("names", ((("String", (("sval", "text"),)),),)), ("typemod", -1))
_VARCHAR: Form = (
    ("names", ((("String", (("sval", "pg_catalog"),)),), (("String", (("sval", "varchar"),)),))),
    ("typemod", -1),
)
_TRUE: Form = (("A_Const", (("boolval", (("boolval", True),)),)),)
_FALSE: Form = (("A_Const", (("boolval", ()),)),)
