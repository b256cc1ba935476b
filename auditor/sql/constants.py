"""Expressions that the text alone decides: what EXECUTE is given, what FOREACH runs over, what IF asks.

Literals, variables of known value, operators, CASE, and the functions of :mod:`auditor.sql.value_functions`.
Whatever depends on rows, settings, the time or chance is not known.

https://www.postgresql.org/docs/current/sql-expressions.html
"""

from __future__ import annotations

import re
from collections.abc import Callable

from auditor.sql import dates
from auditor.sql.opaque import Day, Definition, Key, Moment, Opaque, Span
from auditor.sql.tree import Node, array_literal, items, strings, type_name
from auditor.sql.value_functions import MAX_TEXT, call, joined, operate, pattern_for
from auditor.sql.values import NULL, WORLD, Environment, Value, World, as_integer, cast, output_of, text_of

ANYTHING = "?"
"""No name of a variable: see :func:`evaluate`."""

MAX_DIMENSIONS = 6
"""Of an array, as PostgreSQL has it (MAXDIM)."""

_REG_NAMES = frozenset({"regclass", "regproc", "regprocedure", "regtype", "regnamespace", "regrole", "oid"})
_NOW = frozenset({"now", "transaction_timestamp", "statement_timestamp", "clock_timestamp", "localtimestamp"})
_DAYS = {"today": 0, "now": 0, "tomorrow": 1, "yesterday": -1}
_WORDS_PATTERN = re.compile(r"%[\w.]+%")
_NUMBER = re.compile(r"\d+\.\d+")
_ARITHMETIC = frozenset({"+", "-", "*", "/", "%"})


def evaluate(node: Node | None, known: Environment) -> Value | None:
    """The value of an expression, or None where it depends on anything but the text.

    Args:
        node: the expression's node.
        known: values of variables. A value for :data:`ANYTHING` stands in for each part that is not known.
    """
    if not node:
        return None
    try:
        for kind, body in node.items():
            if (reader := _READERS.get(kind)) is not None and (found := reader(body, known)) is not None:
                return found
    except RecursionError:
        return None  # hundreds of operators within one another
    return known.get(ANYTHING)


def argument_text(node: Node, known: Environment) -> str | None:
    """The text form of an argument of a call; None for NULL and for what is not known."""
    value = evaluate(node, known)
    if isinstance(value, bool):
        return text_of(value)
    return None if value is None else output_of(value)


def as_condition(value: Value | None) -> bool | None:
    """What a condition of that value does: NULL does not hold; None where it is not known."""
    if value is NULL:
        return False
    return value if isinstance(value, bool) else None


# Private


def _constant(body: Node, _known: Environment) -> Value | None:
    if body.get("isnull"):
        return NULL
    if (string := body.get("sval")) is not None:
        return str(string.get("sval", ""))
    if (integer := body.get("ival")) is not None:
        return int(integer.get("ival", 0))
    if (boolean := body.get("boolval")) is not None:
        return bool(boolean.get("boolval", False))
    text = str(body.get("fval", {}).get("fval", ""))
    if text.isdigit() and len(text) < 19:
        return int(text)
    return Opaque(text) if _NUMBER.fullmatch(text) else None


def _variable(body: Node, known: Environment) -> Value | None:
    return known.get(".".join(strings(body.get("fields", ()))))


def _parameter(body: Node, known: Environment) -> Value | None:
    return known.get(f"${body.get('number', 0)}")


def _cast(body: Node, known: Environment) -> Value | None:
    argument = body.get("arg", {})
    value = evaluate(argument, known)
    if value is None or (ANYTHING in known and value == known[ANYTHING]):
        return value
    target = type_name(body["typeName"])
    world = world_of(known)
    if world is not None and target.name in _REG_NAMES:
        if target.array:
            values = (
                [_named_object(one, target.name, world) for one in value] if isinstance(value, list) else [None]
            )
            found = [one for one in values if one is not None]
            return found if len(found) == len(values) else None
        return _named_object(value, target.name, world)
    if world is not None and target.name == "date" and value in _DAYS and (today := world.today()) is not None:
        return dates.operate("+", Day(today), _DAYS[str(value)])
    if isinstance(value, Key) and target.name in ("text", "varchar", "name"):
        return value.shown
    return cast(value, target)


def _named_object(value: Value, kind: str, world: World) -> Value | None:
    """`'public.t'::regclass` or `oid::regclass`."""
    if isinstance(value, Key):
        return Key(value.key, world.shown(kind, value.key))
    return world.named(kind, value) if type(value) is str else None


def world_of(known: Environment) -> World | None:
    """What may be asked, or None."""
    found = known.get(WORLD)
    return found if isinstance(found, World) else None


def _time_of_world(body: Node, known: Environment) -> Value | None:
    """CURRENT_DATE, CURRENT_TIMESTAMP..."""
    world = world_of(known)
    today = world.today() if world is not None else None
    if today is None:
        return None
    operation = str(body.get("op", ""))
    if operation == "SVFOP_CURRENT_DATE":
        return Day(today)
    return Moment(today, exact=False) if "TIMESTAMP" in operation else None


def _expression(body: Node, known: Environment) -> Value | None:
    reader = _EXPRESSIONS.get(body.get("kind", ""))
    return reader(body, known) if reader is not None else None


def _operator(body: Node, known: Environment) -> Value | None:
    operator = strings(body.get("name", ()))[-1]
    if operator == "||" and "lexpr" in body:
        return _concatenation(body, known)
    right = evaluate(body.get("rexpr"), known)
    if "lexpr" not in body:
        negative = operator == "-" and isinstance(right, int) and not isinstance(right, bool)
        return -right if negative and isinstance(right, int) else None
    left = evaluate(body["lexpr"], known)
    if left is None or right is None:
        return None
    if operator in _MATCHES:
        return _matches(operator, left, right)
    if operator in _ARITHMETIC:
        if isinstance(left, (Day, Moment, Span)) or isinstance(right, (Day, Moment, Span)):
            return dates.operate(operator, left, right)
        return operate(operator, left, right)
    return _compared(operator, left, right)


def _concatenation(body: Node, known: Environment) -> Value | None:
    nodes: list[Node] = []
    _operands({"A_Expr": body}, nodes)
    values: list[Value] = []
    for node in nodes:
        value = evaluate(node, known)
        if value is None:
            return None
        values.append(value)
    if not any(isinstance(value, list) for value in values):
        numbers = sum(isinstance(value, int) for value in values[:2])
        return joined(values) if numbers < 2 else None
    if NULL in values:
        return None
    whole: list[Value] = []
    for value in values:
        whole.extend(value if isinstance(value, list) else [value])
        if len(whole) > MAX_TEXT:
            return None
    return whole


def _operands(node: Node, found: list[Node]) -> None:
    """The operands of a chain `a || b || c`, which the grammar nests to the left."""
    chain: list[Node] = []
    while (body := node.get("A_Expr")) is not None and _is_concatenation(body):
        chain.append(body.get("rexpr", {}))
        node = body.get("lexpr", {})
    found.append(node)
    found.extend(reversed(chain))


def _is_concatenation(body: Node) -> bool:
    return body.get("kind") == "AEXPR_OP" and strings(body.get("name", ()))[-1:] == ["||"] and "lexpr" in body


def _compared(operator: str, left: Value, right: Value) -> Value | None:
    if left is NULL or right is NULL:
        return NULL
    if isinstance(left, Key) or isinstance(right, Key):
        if isinstance(left, Key) and isinstance(right, Key):
            return _equality(operator, left.key, right.key)
        return None
    if isinstance(left, Day) and isinstance(right, Day):
        return dates.compare(operator, left, right)
    if isinstance(left, bool) or isinstance(right, bool):
        return _equality(operator, left, right) if isinstance(left, bool) and isinstance(right, bool) else None
    if isinstance(left, int) or isinstance(right, int):
        a, b = as_integer(left), as_integer(right)
        if a is None or b is None:
            return None
        ordered = {"<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b}
        return ordered[operator] if operator in ordered else _equality(operator, a, b)
    if isinstance(left, Opaque) or isinstance(right, Opaque):
        return None
    if isinstance(left, str) and isinstance(right, str):
        return _equality(operator, left, right)
    return None


def _equality(operator: str, left: Value, right: Value) -> Value | None:
    return left == right if operator == "=" else left != right if operator in ("<>", "!=") else None


def _among(body: Node, known: Environment) -> Value | None:
    """`x IN (...)` and `x NOT IN (...)`."""
    value = evaluate(body.get("lexpr"), known)
    found = _any_equal(value, [evaluate(item, known) for item in items(body.get("rexpr"))])
    return found if strings(body.get("name", ())) == ["="] else _not(found)


def _any(body: Node, known: Environment) -> Value | None:
    """`x = ANY (array)`."""
    if strings(body.get("name", ())) != ["="]:
        return None
    value, array = evaluate(body.get("lexpr"), known), evaluate(body.get("rexpr"), known)
    if isinstance(array, str):
        texts = array_literal(body.get("rexpr"))
        array = None if texts is None else [*texts]
    return _any_equal(value, [*array]) if isinstance(array, list) else None


def _any_equal(value: Value | None, candidates: list[Value | None]) -> Value | None:
    if value is None:
        return None
    results = [None if one is None else _compared("=", value, one) for one in candidates]
    return _or(results)


def _distinct(body: Node, known: Environment) -> Value | None:
    left, right = evaluate(body.get("lexpr"), known), evaluate(body.get("rexpr"), known)
    if left is None or right is None:
        return None
    same = left is right if NULL in (left, right) else _compared("=", left, right)
    return same if body.get("kind") == "AEXPR_NOT_DISTINCT" else _not(same)


def _nullif(body: Node, known: Environment) -> Value | None:
    left, right = evaluate(body.get("lexpr"), known), evaluate(body.get("rexpr"), known)
    same = None if left is None or right is None else _compared("=", left, right)
    return None if same is None else NULL if same is True else left


def _between(body: Node, known: Environment) -> Value | None:
    bounds = items(body.get("rexpr"))
    value, low, high = (evaluate(node, known) for node in (body.get("lexpr"), *bounds))
    if value is None or low is None or high is None:
        return None
    return _and([_compared(">=", value, low), _compared("<=", value, high)])


def _like(body: Node, known: Environment) -> Value | None:
    text, pattern = evaluate(body.get("lexpr"), known), evaluate(body.get("rexpr"), known)
    if text is NULL or pattern is NULL:
        return NULL
    operator = strings(body.get("name", ()))[-1]
    if operator.endswith("*") and isinstance(text, str) and isinstance(pattern, str):
        if not (text.isascii() and pattern.isascii()):
            return None
        kind: type[str] = Definition if isinstance(text, Definition) else str
        text, pattern = kind(text.lower()), pattern.lower()
    if isinstance(text, Definition) and type(pattern) is str and _WORDS_PATTERN.fullmatch(pattern):
        there = pattern[1:-1] in text
        return there if operator in ("~~", "~~*") else not there
    if type(text) is not str or type(pattern) is not str or pattern.endswith("\\"):
        return None
    parts = re.findall(r"\\.|[^\\]", pattern, re.DOTALL)
    wildcards = {"%": ".*", "_": "."}
    regex = "".join(wildcards.get(part) or re.escape(part[-1]) for part in parts)
    found = re.fullmatch(regex, text, re.DOTALL) is not None if len(text) < 1000 else None
    return found if operator in ("~~", "~~*") else _not(found)


def _matches(operator: str, text: Value, pattern: Value) -> Value | None:
    """`~`, `~*`, `!~`, `!~*` with patterns that mean the same to Python."""
    if NULL in (text, pattern):
        return NULL
    if type(text) is not str or type(pattern) is not str:
        return None
    expression = pattern_for(text, pattern, re.IGNORECASE if operator.endswith("*") else 0)
    if expression is None:
        return None
    found = expression.search(text) is not None
    return found != operator.startswith("!")


def _sublink(body: Node, known: Environment) -> Value | None:
    """A query in an expression, on system catalogs. Whether anything EXISTS is asked within queries alone."""
    world = world_of(known)
    if world is None:
        return None
    from auditor.sql.catalog_queries import IN_QUERY, rows_of

    kind = body.get("subLinkType")
    if kind == "EXISTS_SUBLINK" and IN_QUERY not in known:
        return None
    rows = rows_of(body.get("subselect", {}).get("SelectStmt", {}), known)
    if rows is None:
        return None
    if kind == "EXISTS_SUBLINK":
        return bool(rows)
    firsts = [next(iter(row.values()), None) for row in rows]
    if kind == "ANY_SUBLINK" and "operName" not in body:
        return _any_equal(evaluate(body.get("testexpr"), known), firsts) if firsts else False
    if kind == "ARRAY_SUBLINK":
        values = [one for one in firsts if one is not None]
        return values if len(values) == len(firsts) else None
    if kind == "EXPR_SUBLINK" and len(rows) <= 1:
        return firsts[0] if firsts else NULL
    return None


def _boolean(body: Node, known: Environment) -> Value | None:
    values = [evaluate(argument, known) for argument in body.get("args", ())]
    expressions: list[Value | None] = [v if isinstance(v, bool) or v is NULL else None for v in values]
    match body.get("boolop"):
        case "AND_EXPR":
            return _and(expressions)
        case "OR_EXPR":
            return _or(expressions)
    return _not(expressions[0])


def _and(values: list[Value | None]) -> Value | None:
    if False in values:
        return False
    return None if None in values else NULL if NULL in values else True


def _or(values: list[Value | None]) -> Value | None:
    if True in values:
        return True
    return None if None in values else NULL if NULL in values else False


def _not(value: Value | None) -> Value | None:
    return not value if isinstance(value, bool) else value


def _null_test(body: Node, known: Environment) -> Value | None:
    value = evaluate(body.get("arg"), known)
    return None if value is None else (value is NULL) == (body.get("nulltesttype") == "IS_NULL")


def _boolean_test(body: Node, known: Environment) -> Value | None:
    value = evaluate(body.get("arg"), known)
    if not isinstance(value, bool) and value is not NULL:
        return None
    kind = str(body.get("booltesttype", ""))
    wanted = {"TRUE": True, "FALSE": False, "UNKNOWN": NULL}[kind.rpartition("_")[2]]
    return (value is wanted) != ("_NOT_" in kind)


def _case(body: Node, known: Environment) -> Value | None:
    subject = evaluate(body["arg"], known) if "arg" in body else None
    for wrapped in body.get("args", ()):
        branch = wrapped["CaseWhen"]
        value = evaluate(branch.get("expr"), known)
        if "arg" in body:
            value = None if subject is None or value is None else _compared("=", subject, value)
        holds = as_condition(value)
        if holds is None:
            return None
        if holds:
            return evaluate(branch.get("result"), known)
    return evaluate(body["defresult"], known) if "defresult" in body else NULL


def _coalesce(body: Node, known: Environment) -> Value | None:
    for argument in body.get("args", ()):
        value = evaluate(argument, known)
        if value is not NULL:
            return value
    return NULL


def _extreme(body: Node, known: Environment) -> Value | None:
    values = [evaluate(argument, known) for argument in body.get("args", ())]
    numbers = [value for value in values if isinstance(value, int) and not isinstance(value, bool)]
    if not numbers or len(numbers) != len(values):
        return None
    return min(numbers) if body.get("op") == "IS_LEAST" else max(numbers)


def _array(body: Node, known: Environment) -> Value | None:
    values: list[Value] = []
    for element in body.get("elements", ()):
        value = evaluate(element, known)
        if value is None or value is NULL:
            return None
        values.append(value)
    return (
        values if len({type(value) for value in values}) <= 1 and _dimensions(values) <= MAX_DIMENSIONS else None
    )


def _dimensions(array: Value) -> int:
    found = 0
    while isinstance(array, list):
        found, array = found + 1, array[0] if array else NULL
    return found


def _element(body: Node, known: Environment) -> Value | None:
    """`a[1]` and `a[1][2]`."""
    value = evaluate(body.get("arg"), known)
    for wrapped in body.get("indirection", ()):
        indices = wrapped.get("A_Indices")
        at = evaluate(indices.get("uidx"), known) if indices is not None and "is_slice" not in indices else None
        if not isinstance(at, int) or not isinstance(value, list):
            return None
        value = value[at - 1] if 1 <= at <= len(value) else NULL
    return None if isinstance(value, list) else value


def _call(body: Node, known: Environment) -> Value | None:
    name = strings(body["funcname"])
    if name[:-1] not in ([], ["pg_catalog"]) or any(key in body for key in _NOT_PLAIN):
        return None
    arguments: list[Value] = []
    for argument in body.get("args", ()):
        value = evaluate(argument, known)
        if value is None:
            return None
        arguments.append(value)
    world = world_of(known)
    if world is not None:
        if name[-1] in _NOW:
            return Moment(today, exact=False) if (today := world.today()) is not None else None
        if (found := world.call(name[-1], arguments)) is not None:
            return found
    if any(isinstance(argument, (Day, Moment)) for argument in arguments):
        return _on_dates(name[-1], arguments)
    return call(name[-1], arguments)


def _on_dates(name: str, arguments: list[Value]) -> Value | None:
    if len(arguments) == 2:
        if name == "to_char":
            return dates.to_char(*arguments)
        if name == "date_trunc":
            return dates.date_trunc(*arguments)
        if name in ("date_part", "extract"):
            return dates.part(*arguments)
        if name == "timezone" and isinstance(arguments[1], Moment):
            return Moment(arguments[1][:10], exact=False)
    return call(name, arguments)


_NOT_PLAIN = frozenset({"func_variadic", "agg_star", "agg_distinct", "agg_order", "agg_filter", "over"})
_EXPRESSIONS: dict[str, Callable[[Node, Environment], Value | None]] = {
    "AEXPR_OP": _operator,
    "AEXPR_OP_ANY": _any,
    "AEXPR_IN": _among,
    "AEXPR_DISTINCT": _distinct,
    "AEXPR_NOT_DISTINCT": _distinct,
    "AEXPR_NULLIF": _nullif,
    "AEXPR_BETWEEN": _between,
    "AEXPR_LIKE": _like,
    "AEXPR_ILIKE": _like,
}
_MATCHES = frozenset({"~", "~*", "!~", "!~*"})
_READERS: dict[str, Callable[[Node, Environment], Value | None]] = {
    "A_Const": _constant,
    "ColumnRef": _variable,
    "ParamRef": _parameter,
    "TypeCast": _cast,
    "A_Expr": _expression,
    "BoolExpr": _boolean,
    "NullTest": _null_test,
    "BooleanTest": _boolean_test,
    "CaseExpr": _case,
    "CoalesceExpr": _coalesce,
    "MinMaxExpr": _extreme,
    "A_ArrayExpr": _array,
    "A_Indirection": _element,
    "FuncCall": _call,
    "SQLValueFunction": _time_of_world,
    "SubLink": _sublink,
}
