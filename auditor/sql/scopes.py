"""What names mean at one place of a statement, and what constants a column meets there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from auditor.model.change import Arbiter, Name
from auditor.sql.names import is_builtin_function, is_builtin_relation, is_builtin_type
from auditor.sql.tree import Node, array_literal, items, literal, strings

SYSTEM_SCHEMAS = frozenset({"pg_catalog", "information_schema"})

MAX_LITERAL = 200
"""Longer literals, in characters, are left out: they are data, not the values that code tells apart."""

MAX_LITERALS = 100
"""A column that meets more literals in one statement holds data too: none of them is given."""

ALL_COLUMNS = "*"
"""Stands among the columns of a relation for `SELECT *`, `t.*` and a whole-row reference."""


class Relation:
    """A relation that a statement mentions, gathered while walking."""

    __slots__ = ("action", "arbiters", "columns", "conflict", "literals", "name", "system", "verb", "written")

    def __init__(self, name: Name, action: str, verb: str) -> None:
        self.name = name
        self.action = action
        self.verb = verb
        self.system = is_system_relation(name)
        self.columns: dict[str, None] = {}
        self.written: dict[str, None] = {}
        self.conflict: tuple[str, ...] = ()
        self.arbiters: dict[Arbiter, None] = {}
        self.literals: dict[tuple[str, str], None] = {}


class Scope:
    """What names mean at one place.

    Attributes:
        aliases: table alias or name -> relation, or None for what is no relation (a sub-query, a WITH query).
        ctes: names of the WITH queries in sight.
        outputs: names of output columns, which ORDER BY and GROUP BY may mean.
    """

    __slots__ = ("aliases", "ctes", "outputs", "parent")

    def __init__(self, parent: Scope | None = None) -> None:
        self.aliases: dict[str, Relation | None] = {}
        self.ctes: frozenset[str] = parent.ctes if parent is not None else frozenset()
        self.outputs: frozenset[str] = frozenset()
        self.parent = parent

    def add(self, alias: str, relation: Relation | None) -> None:
        """Put a FROM item in sight; a name that stands twice is kept apart, since it says nothing alone."""
        while alias in self.aliases:
            alias += " "
        self.aliases[alias] = relation

    def named(self, alias: str) -> Relation | None:
        """The relation that an alias stands for, or None."""
        scope: Scope | None = self
        while scope is not None:
            if alias in scope.aliases:
                return scope.aliases[alias]
            scope = scope.parent
        return None

    def only(self) -> Relation | None:
        """The relation that an unqualified column must belong to, if that can be told."""
        scope: Scope | None = self
        while scope is not None and not scope.aliases:
            scope = scope.parent
        if scope is None or len(set(map(id, scope.aliases.values()))) != 1:
            return None
        return next(iter(scope.aliases.values()))


def telling_literals(found: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """The (column, value) pairs without what is data: long values, columns of many values."""
    pairs = [pair for pair in found if len(pair[1]) <= MAX_LITERAL]
    if len(pairs) <= MAX_LITERALS:
        return tuple(pairs)
    counts = Counter(column for column, _ in pairs)
    return tuple(pair for pair in pairs if counts[pair[0]] <= MAX_LITERALS)


def is_system_relation(name: Name) -> bool:
    """Whether a name means a system catalog, a system view or a part of `information_schema`."""
    return name.schema in SYSTEM_SCHEMAS or (name.schema is None and is_builtin_relation(name.name))


def is_system_type(name: Name) -> bool:
    """Whether a name means a type of pg_catalog."""
    return name.schema in SYSTEM_SCHEMAS or (
        name.schema is None and (is_builtin_type(name.name) or is_builtin_relation(name.name))
    )


def possible_values(node: Node | None) -> list[str]:
    """The constants that an expression may yield: itself, the results of a CASE, the arguments of COALESCE."""
    if node is None:
        return []
    if (value := literal(node)) is not None:
        return [value]
    if (cast := node.get("TypeCast")) is not None:
        return possible_values(cast.get("arg"))
    if (case := node.get("CaseExpr")) is not None:
        results = [when["CaseWhen"].get("result") for when in case.get("args", ())]
        return [value for result in (*results, case.get("defresult")) for value in possible_values(result)]
    if (coalesce := node.get("CoalesceExpr")) is not None:
        return [value for argument in coalesce.get("args", ()) for value in possible_values(argument)]
    return []


def is_system_function(name: Name) -> bool:
    """Whether a name means a function of pg_catalog."""
    return name.schema in SYSTEM_SCHEMAS or (name.schema is None and is_builtin_function(name.name))


def note_values(target: Relation, column: str, value: Node | None) -> None:
    """Note what a column is set to."""
    target.literals.update(dict.fromkeys((column, text) for text in possible_values(value)))


def is_equality(body: Node) -> bool:
    """Whether an A_Expr is `=` or IS NOT DISTINCT FROM."""
    return body.get("kind") in ("AEXPR_OP", "AEXPR_NOT_DISTINCT") and strings(body.get("name", ())) == ["="]


def compared_with(body: Node) -> list[str]:
    """The constants that `column = ...`, `column IN (...)` or `column = ANY (...)` allow."""
    right = body.get("rexpr", {})
    if is_equality(body):
        value = literal(right)
        return [] if value is None else [value]
    if strings(body.get("name", ())) != ["="]:
        return []
    if body.get("kind") == "AEXPR_IN":
        values = [literal(item) for item in items(right)]
        return [value for value in values if value is not None]
    if body.get("kind") == "AEXPR_OP_ANY":
        return array_literal(right) or []
    return []
