"""Conditions that ask whether an object exists, as what they mean.

`IF NOT EXISTS (SELECT FROM pg_constraint WHERE conname = 'c' AND conrelid = 'app.t'::regclass)` guards a change by
the absence of the table constraint `c` on `app.t`. Likewise the views of pg_catalog and of information_schema,
`to_regclass('t') IS NULL`, `(SELECT count(*) FROM ...) = 0`, and an exception handler for `duplicate_object`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from auditor.migrations.effects.guard_catalogs import (
    CATALOGS,
    DATABASE_COLUMNS,
    JOINED,
    RELKINDS,
    TO_REG,
    VISIBILITY_CALLS,
    Catalog,
)
from auditor.model.change import (
    AddColumn,
    AddConstraint,
    AlterColumn,
    AnyChange,
    Create,
    CreateIndex,
    CreatePolicy,
    CreateRule,
    CreateSequence,
    CreateTable,
    CreateTrigger,
    CreateType,
    CreateView,
    Drop,
    DropColumn,
    Guard,
    Name,
    Rename,
)
from auditor.sql.constants import evaluate
from auditor.sql.names import split_name
from auditor.sql.tree import Node, items, literal, name_of, relation_name, strings
from auditor.sql.values import Environment

Guards = tuple[Guard, ...]
"""Guards that must all hold."""


DUPLICATES = frozenset(
    {
        "duplicate_object",
        "duplicate_table",
        "duplicate_column",
        "duplicate_function",
        "duplicate_schema",
        "duplicate_database",
        "duplicate_alias",
        "invalid_table_definition",
        "unique_violation",
    }
)
"""Conditions by which a CREATE fails because the object is there."""

MISSING = frozenset(
    {"undefined_object", "undefined_table", "undefined_column", "undefined_function", "invalid_schema_name"}
)
"""Conditions by which a DROP or ALTER fails because the object is not there."""


def guards_of(condition: Node, known: Environment, flags: Mapping[str, Guards]) -> Guards:
    """The guards that a condition implies; empty if it is not about the existence of objects.

    Args:
        condition: the expression's node.
        known: values of variables.
        flags: guards by the name of the boolean variable that holds their result.
    """
    if (boolean := condition.get("BoolExpr")) is not None:
        arguments = boolean.get("args", ())
        if boolean.get("boolop") == "NOT_EXPR":
            return negated(guards_of(arguments[0], known, flags))
        if boolean.get("boolop") == "AND_EXPR":
            parts = [guards_of(argument, known, flags) for argument in arguments]
            guards = tuple(guard for part in parts for guard in part)
            return guards if all(parts) else insufficient(guards)
        return ()
    if (column := condition.get("ColumnRef")) is not None:
        return flags.get(".".join(strings(column.get("fields", ()))), ())
    if (link := condition.get("SubLink")) is not None:
        if link.get("subLinkType") == "EXISTS_SUBLINK":
            return _of_query(link["subselect"].get("SelectStmt", {}), known)
        return ()
    if (test := condition.get("NullTest")) is not None:
        return _of_null_test(test, known)
    if (expression := condition.get("A_Expr")) is not None:
        return _of_count(expression, known)
    return ()


def guards_of_query(select: Node, known: Environment) -> Guards:
    """The guards that hold when a query finds a row (`PERFORM ... ; IF FOUND`)."""
    return _of_query(select, known)


def negated(guards: Guards) -> Guards:
    """The opposite: known only of a single guard that says all there is to say."""
    if len(guards) != 1 or not guards[0].sufficient:
        return ()
    return (msgspec.structs.replace(guards[0], exists=not guards[0].exists),)


def insufficient(guards: Guards) -> Guards:
    """The same guards, as part of a condition that says more."""
    return tuple(msgspec.structs.replace(guard, sufficient=False) for guard in guards)


def combined(guards: Guards) -> Guard | None:
    """Guards as one value, the innermost first."""
    if not guards:
        return None
    *outer, inner = guards
    return msgspec.structs.replace(inner, also=tuple(reversed(outer)))


def guard_of_handler(conditions: Iterable[str], change: AnyChange) -> Guard | None:
    """The guard that a handler amounts to for the one change of its block: `duplicate_object` for a CREATE."""
    names = frozenset(conditions)
    if names and names <= DUPLICATES:
        return _of_creation(change)
    if names and names <= MISSING:
        return _of_removal(change)
    return None


# Private


def _of_query(select: Node, known: Environment) -> Guards:
    ranges: list[Node] = []
    conjuncts: list[Node] = []
    for source in select.get("fromClause", ()):
        if not _gather(source, ranges, conjuncts):
            return ()
    catalogs = [_catalog_name(relation_name(one)) for one in ranges]
    own = [name for name in catalogs if name in CATALOGS and name not in JOINED]
    main = next(iter(own or (["pg_class"] if "pg_class" in catalogs else catalogs)), None)
    if main is None or main not in CATALOGS or any(name not in CATALOGS for name in catalogs):
        return ()
    if "whereClause" in select:
        conjuncts.append(select["whereClause"])
    catalog = CATALOGS[main]
    facts: dict[str, str] = {}
    sufficient = len(own) <= 1 and not any(clause in select for clause in ("groupClause", "havingClause"))
    ignored = {*catalog.ignored, *DATABASE_COLUMNS}
    for conjunct in _conjuncts(conjuncts):
        sufficient &= _read_fact(conjunct, facts, ignored, known)
    return _of_facts(catalog, facts, sufficient=sufficient)


def _of_facts(catalog: Catalog, facts: dict[str, str], *, sufficient: bool) -> Guards:
    name = facts.pop(catalog.name, None)
    if name is None:
        return ()
    kind = catalog.kind
    if kind == "table" and "relkind" in facts:
        kind = RELKINDS.get(facts["relkind"], kind)
    schema = next((facts.pop(column) for column in catalog.schema if column in facts), None)
    table: Name | None = None
    for column in catalog.table:
        if column in facts:
            text = facts.pop(column)
            table = _regclass(text) if column.endswith("relid") else Name(text, schema)
    if catalog.table and kind != "index":
        schema = None if table is not None else schema
    for column in catalog.ignored:
        facts.pop(column, None)
    own = Name(name, schema) if not catalog.table or kind in ("index", "publication relation") else Name(name)
    return (Guard(exists=True, kind=kind, name=own, table=table, sufficient=sufficient and not facts),)


def _gather(source: Node, ranges: list[Node], conjuncts: list[Node]) -> bool:
    """The relations and join conditions of a FROM item; False if it holds anything else."""
    if (relation := source.get("RangeVar")) is not None:
        ranges.append(relation)
        return True
    if (join := source.get("JoinExpr")) is not None and join.get("jointype") in ("JOIN_INNER", "JOIN_LEFT"):
        if "quals" in join:
            conjuncts.append(join["quals"])
        return _gather(join["larg"], ranges, conjuncts) and _gather(join["rarg"], ranges, conjuncts)
    return False


def _catalog_name(name: Name) -> str:
    return name.name if name.schema in (None, "pg_catalog") else f"{name.schema}.{name.name}"


def _conjuncts(nodes: Iterable[Node]) -> Iterator[Node]:
    for node in nodes:
        boolean = node.get("BoolExpr")
        if boolean is not None and boolean.get("boolop") == "AND_EXPR":
            yield from _conjuncts(boolean["args"])
        else:
            yield node


def _read_fact(node: Node, facts: dict[str, str], ignored: set[str], known: Environment) -> bool:
    """Note `column = constant`; True if nothing of the condition is lost by leaving the rest out."""
    if (boolean := node.get("BoolExpr")) is not None:
        return boolean.get("boolop") == "NOT_EXPR" and _column(boolean["args"][0]) in ignored
    if (call := node.get("FuncCall")) is not None:
        return strings(call["funcname"])[-1] in VISIBILITY_CALLS
    if _column(node) in ignored:
        return True
    expression = node.get("A_Expr")
    if expression is None:
        return False
    left, right = _column(expression.get("lexpr", {})), _column(expression.get("rexpr", {}))
    equal = strings(expression.get("name", ())) == ["="]
    if expression.get("kind") == "AEXPR_IN" and equal and left is not None:
        values = [literal(item) for item in items(expression.get("rexpr"))]
        if len(values) == 1 and values[0] is not None:
            facts[left] = values[0]
            return True
        return left in ignored
    if expression.get("kind") != "AEXPR_OP":
        return left in ignored
    if equal and left is not None and right is not None and not _is_variable(expression, known):
        return True  # a join condition
    column, other = (left, "rexpr") if left is not None else (right, "lexpr")
    if column is None:
        return False
    value = evaluate(expression.get(other), known)
    if equal and isinstance(value, str):
        facts[column] = value
        return True
    return column in ignored


def _is_variable(expression: Node, known: Environment) -> bool:
    return (
        evaluate(expression.get("rexpr"), known) is not None
        or evaluate(expression.get("lexpr"), known) is not None
    )


def _column(node: Node) -> str | None:
    """The column that an expression is, seen through casts to text and lower()."""
    while (cast := node.get("TypeCast")) is not None:
        node = cast.get("arg", {})
    fields = strings(node.get("ColumnRef", {}).get("fields", ()))
    return fields[-1] if fields else None


def _regclass(text: str) -> Name:
    parts = split_name(text)
    return name_of(parts) if parts else Name(text)


def _of_null_test(test: Node, known: Environment) -> Guards:
    call = test.get("arg", {}).get("FuncCall")
    while call is None and "TypeCast" in test.get("arg", {}):
        test = {**test, "arg": test["arg"]["TypeCast"].get("arg", {})}
        call = test["arg"].get("FuncCall")
    if call is None:
        return ()
    kind = TO_REG.get(strings(call["funcname"])[-1])
    text = evaluate(next(iter(call.get("args", ())), None), known)
    if kind is None or not isinstance(text, str):
        return ()
    exact = kind != "function"
    name = _regclass(text.partition("(")[0])
    return (Guard(exists=test.get("nulltesttype") == "IS_NOT_NULL", kind=kind, name=name, sufficient=exact),)


def _of_count(expression: Node, known: Environment) -> Guards:
    link = expression.get("lexpr", {}).get("SubLink")
    bound = literal(expression.get("rexpr"))
    if link is None or link.get("subLinkType") != "EXPR_SUBLINK":
        return ()
    select = link["subselect"].get("SelectStmt", {})
    targets = select.get("targetList", ())
    call = targets[0]["ResTarget"].get("val", {}).get("FuncCall") if len(targets) == 1 else None
    if call is None or strings(call["funcname"])[-1] != "count":
        return ()
    guards = _of_query(select, known)
    match (strings(expression.get("name", ())), bound):
        case (["="], "0") | (["<"], "1"):
            return negated(guards)
        case ([">"], "0") | ([">="], "1") | (["<>"], "0"):
            return guards
    return ()


def _of_creation(change: AnyChange) -> Guard | None:
    match change:
        case CreateTable() | CreateView() | Create():
            return Guard(exists=False, kind=change.kind, name=change.name)
        case CreateSequence():
            return Guard(exists=False, kind="sequence", name=change.name)
        case CreateType():
            return Guard(exists=False, kind="type", name=change.name)
        case CreateIndex() if change.name is not None:
            return Guard(exists=False, kind="index", name=Name(change.name, change.table.schema))
        case CreateTrigger():
            return Guard(exists=False, kind="trigger", name=Name(change.name), table=change.table)
        case CreatePolicy():
            return Guard(exists=False, kind="policy", name=Name(change.name), table=change.table)
        case CreateRule():
            return Guard(exists=False, kind="rule", name=Name(change.name), table=change.table)
        case AddColumn():
            return Guard(exists=False, kind="table column", name=Name(change.column.name), table=change.table)
        case AddConstraint() if change.constraint.name is not None:
            kind = "domain constraint" if change.kind == "domain" else "table constraint"
            return Guard(exists=False, kind=kind, name=Name(change.constraint.name), table=change.table)
    return None


def _of_removal(change: AnyChange) -> Guard | None:
    match change:
        case Drop() | Rename():
            return Guard(exists=True, kind=change.kind, name=change.name, table=change.table)
        case DropColumn() | AlterColumn():
            return Guard(exists=True, kind="table column", name=Name(change.column), table=change.table)
    return None
