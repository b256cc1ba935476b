"""Boolean expressions: whether two spellings mean the same.

PostgreSQL prints an expression differently from how it was written: `type IN ('a', 'b')` comes back as
`(type = ANY (ARRAY['a'::text, 'b'::text]))`. Both are parsed with PostgreSQL's grammar and brought into one form:
no casts on literals and none to text, IN for `= ANY` and for chains of OR, operands of AND, OR and = sorted.
Where this form is the same the meaning is; where it is not, the meaning may still be: a server can tell
(`EXPLAIN (VERBOSE) SELECT (expression) FROM table`), this module does not ask one.
"""

from __future__ import annotations

from typing import Any

from auditor.sql import UnreadableSql
from auditor.sql.grammar import Node, parse
from auditor.sql.tree import array_text

Form = tuple[Any, ...]
"""A canonical expression: its operator and its operands, nested."""


def canonical(expression: str) -> Form | None:
    """The expression in canonical form, to be compared with another, or None if it cannot be read."""
    try:
        statements = parse(f"SELECT ({expression})")
    except UnreadableSql:
        return None
    if len(statements) != 1:
        return None
    select = statements[0]["stmt"].get("SelectStmt", {})
    targets = select.get("targetList", ())
    if len(targets) != 1 or set(select) - {"targetList", "limitOption", "op"}:
        return None  # the text broke out of its parentheses: `1) FROM t WHERE (2`
    return _form(targets[0]["ResTarget"]["val"])


def canonical_of(expression: Node) -> Form:
    """The canonical form of an expression that was parsed already."""
    return _form(expression)


def conditions(predicate: str) -> frozenset[Form] | None:
    """What must be true for a predicate to be true, each condition in canonical form; None if it cannot be read.

    A predicate only asks whether it is true: there `b IS TRUE` is `b`, and `b IS FALSE` is `NOT b`.
    """
    form = canonical(predicate)
    return None if form is None else conditions_of(form)


def conditions_of(form: Form) -> frozenset[Form]:
    """The same of a predicate that is in canonical form already."""
    return frozenset(_parts(_asked(form)))


def same_predicate(left: str | None, right: str | None) -> bool:
    """Whether two predicates are true of the same rows, as far as their canonical forms tell; None is no limit."""
    if left == right:
        return True
    one = frozenset() if left is None else conditions(left)
    return one is not None and one == (frozenset() if right is None else conditions(right))


# Private

_INVERSE = {"=": "<>", "<>": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
_MIRRORED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}
_ROWS = frozenset({"new", "old"})
_TEXT_TYPES = frozenset({"text", "varchar", "bpchar", "name"})


def _form(node: Node) -> Form:
    ((kind, value),) = node.items()
    match kind:
        case "A_Const":
            return _constant(value)
        case "ColumnRef":
            names = [part["String"]["sval"] if "String" in part else "*" for part in value["fields"]]
            # In front of a column of OLD or NEW the row matters; a table's name says nothing more.
            return ("column", names[-1], *(name for name in names[:-1] if name in _ROWS))
        case "TypeCast":
            return _cast(value)
        case "A_ArrayExpr":
            return ("array", *(_form(element) for element in value.get("elements", ())))
        case "A_Expr":
            return _operation(value)
        case "BoolExpr":
            return _boolean(value["boolop"], [_form(argument) for argument in value["args"]])
        case "NullTest":
            return ("is null" if value["nulltesttype"] == "IS_NULL" else "is not null", _form(value["arg"]))
        case "BooleanTest":
            return (value["booltesttype"].lower().replace("_", " "), _form(value["arg"]))
        case "FuncCall":
            names = [part["String"]["sval"] for part in value["funcname"]]
            if names[0] == "pg_catalog":
                names = names[1:]
            rest = {k: v for k, v in value.items() if k not in {"funcname", "args", "location", "funcformat"}}
            return ("call", ".".join(names), _plain(rest), *(_form(a) for a in value.get("args", ())))
    return (kind, _plain(value))


def _plain(value: Any) -> Any:
    """Anything that needs no rule of its own, without positions."""
    if isinstance(value, dict):
        if len(value) == 1 and next(iter(value)) in _RULED:
            return _form(value)
        return tuple((key, _plain(item)) for key, item in sorted(value.items()) if not key.endswith("location"))
    if isinstance(value, list):
        return tuple(_plain(item) for item in value)
    return value


_RULED = frozenset(
    {
        "A_Const",
        "ColumnRef",
        "TypeCast",
        "A_ArrayExpr",
        "A_Expr",
        "BoolExpr",
        "NullTest",
        "BooleanTest",
        "FuncCall",
    }
)


def _constant(value: Node) -> Form:
    if value.get("isnull"):
        return ("null",)
    if "boolval" in value:
        return ("boolean", bool(value["boolval"].get("boolval", False)))
    if "sval" in value:
        return ("literal", value["sval"].get("sval", ""))
    if "ival" in value:
        return ("number", str(value["ival"].get("ival", 0)))
    if "fval" in value:
        return ("number", value["fval"].get("fval", ""))
    return ("bits", _plain(value))


def _cast(value: Node) -> Form:
    inner = _form(value["arg"])
    name = value["typeName"]["names"][-1]["String"]["sval"]
    if inner[0] == "literal":
        if value["typeName"].get("arrayBounds"):
            elements = array_text(inner[1])
            return inner if elements is None else ("array", *(("literal", element) for element in elements))
        if name == "bool" and inner[1] in {"t", "true", "f", "false"}:
            return ("boolean", inner[1].startswith("t"))
        return inner
    if inner[0] in {"number", "boolean", "null"} or name in _TEXT_TYPES:
        return inner
    if inner[0] == "array" and all(element[0] in {"literal", "number"} for element in inner[1:]):
        return inner
    return ("cast", name, inner)


def _operation(value: Node) -> Form:
    kind = value["kind"]
    operator = value["name"][-1]["String"]["sval"]
    if kind in {"AEXPR_BETWEEN", "AEXPR_NOT_BETWEEN"}:
        subject = _form(value["lexpr"])
        low, high = (_form(item) for item in value["rexpr"]["List"]["items"])
        between = _boolean("AND_EXPR", [_binary(">=", subject, low), _binary("<=", subject, high)])
        return between if kind == "AEXPR_BETWEEN" else _negated(between)
    if kind == "AEXPR_IN":
        items = [_form(item) for item in value["rexpr"]["List"]["items"]]
        return _membership(operator == "=", _form(value["lexpr"]), items)
    right = _form(value["rexpr"])
    if "lexpr" not in value:
        return ("prefix", operator, right)
    left = _form(value["lexpr"])
    if kind in {"AEXPR_OP_ANY", "AEXPR_OP_ALL"}:
        if right[0] == "array" and (kind, operator) in {("AEXPR_OP_ANY", "="), ("AEXPR_OP_ALL", "<>")}:
            return _membership(operator == "=", left, list(right[1:]))
        return (kind, operator, left, right)
    if kind in {"AEXPR_DISTINCT", "AEXPR_NOT_DISTINCT"}:
        distinct = _distinct(left, right)
        return distinct if kind == "AEXPR_DISTINCT" else _negated(distinct)
    if kind in {"AEXPR_OP", "AEXPR_LIKE", "AEXPR_ILIKE"}:
        return _binary(operator, left, right)
    return (kind, operator, left, right)


def _distinct(left: Form, right: Form) -> Form:
    for one, other in ((left, right), (right, left)):
        if one == ("null",):
            return ("is not null", other)
    return ("distinct", *sorted((left, right), key=repr))


def _binary(operator: str, left: Form, right: Form) -> Form:
    if operator == "!=":
        operator = "<>"
    if operator in {"=", "<>"}:
        for one, other in ((left, right), (right, left)):
            if one[0] == "boolean":
                return other if one[1] == (operator == "=") else _negated(other)
        left, right = sorted((left, right), key=repr)
    elif operator in _MIRRORED and left[0] in {"literal", "number"}:
        operator, left, right = _MIRRORED[operator], right, left
    return ("operator", operator, left, right)


def _membership(included: bool, subject: Form, items: list[Form]) -> Form:
    items = sorted(set(items), key=repr)
    if len(items) == 1:
        return _binary("=" if included else "<>", subject, items[0])
    return ("in" if included else "not in", subject, *items)


def _negated(form: Form) -> Form:
    match form:
        case ("not", inner):
            return inner  # type: ignore[no-any-return]
        case ("operator", operator, left, right) if operator in _INVERSE:
            return ("operator", _INVERSE[operator], left, right)
        case ("in", *rest):
            return ("not in", *rest)
        case ("not in", *rest):
            return ("in", *rest)
        case ("is null", inner):
            return ("is not null", inner)
        case ("is not null", inner):
            return ("is null", inner)
        case ("boolean", value):
            return ("boolean", not value)
        case (("is true" | "is false" | "is unknown") as test, inner):
            return (test.replace("is ", "is not "), inner)
        case (("is not true" | "is not false" | "is not unknown") as test, inner):
            return (test.replace("is not ", "is "), inner)
        case ("and" | "or" as word, *parts):
            return _boolean("OR_EXPR" if word == "and" else "AND_EXPR", [_negated(part) for part in parts])
    return ("not", form)


def _boolean(operator: str, arguments: list[Form]) -> Form:
    if operator == "NOT_EXPR":
        return _negated(arguments[0])
    word = "and" if operator == "AND_EXPR" else "or"
    flat: list[Form] = []
    for argument in arguments:
        flat.extend(argument[1:] if argument[0] == word else (argument,))
    absorbing, neutral = ("boolean", word == "or"), ("boolean", word == "and")
    if absorbing in flat:
        return absorbing
    flat = [argument for argument in flat if argument != neutral] or [neutral]
    if word == "or":
        flat = _chained(flat)
    unique = sorted(set(flat), key=repr)
    return unique[0] if len(unique) == 1 else (word, *unique)


def _parts(form: Form) -> tuple[Form, ...]:
    if form == ("boolean", True):
        return ()
    return form[1:] if form[0] == "and" else (form,)


def _asked(form: Form) -> Form:
    """What is asked where only TRUE counts: NULL and FALSE are the same there."""
    match form:
        case ("is true", inner):
            return _asked(inner)
        case ("is false", inner):
            return _asked(_negated(inner))
        case ("and" | "or" as word, *parts):
            return _boolean("AND_EXPR" if word == "and" else "OR_EXPR", [_asked(part) for part in parts])
    return form


def _chained(alternatives: list[Form]) -> list[Form]:
    """`x = a OR x = b` as `x IN (a, b)`."""
    lists: dict[Form, list[Form]] = {}
    others: list[Form] = []
    for form in alternatives:
        pair = _equality(form)
        if pair is None:
            others.append(form)
        else:
            lists.setdefault(pair[0], []).extend(pair[1])
    return others + [_membership(True, subject, items) for subject, items in lists.items()]


def _equality(form: Form) -> tuple[Form, list[Form]] | None:
    """The subject and the literals of `subject = literal` and `subject IN (literals)`, or None."""
    if form[0] == "in" and all(item[0] in {"literal", "number"} for item in form[2:]):
        return form[1], list(form[2:])
    if form[0] == "operator" and form[1] == "=":
        for subject, item in ((form[2], form[3]), (form[3], form[2])):
            if item[0] in {"literal", "number"} and subject[0] not in {"literal", "number"}:
                return subject, [item]
    return None
