"""Queries on system catalogs, answered from what is known of the database: the rows of a loop that drops policies.

Joins, WHERE, DISTINCT, subqueries, UNION and a few aggregates. A query is not known as soon as one row may or may
not belong to it. https://www.postgresql.org/docs/current/sql-select.html
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from auditor.sql.constant_rows import MAX_ROWS, Row, literal_rows, rows_of_function
from auditor.sql.constants import evaluate, world_of
from auditor.sql.opaque import Key
from auditor.sql.tree import Node, items, strings
from auditor.sql.values import NULL, Environment, Value, output_of

IN_QUERY = "@query"
"""No name of a variable: marks the environment of a row."""

DOUBT = "@doubt"
"""No name of a column: marks a row that may not be there."""

MAX_STEPS = 200_000
"""Rows that are looked at for one query."""


def rows_of(select: Node, known: Environment) -> list[Row] | None:
    """The rows of a query, or None where they are not known; columns that are not known are left out.

    Args:
        select: the body of a SelectStmt.
        known: values of variables, among them the :class:`~auditor.sql.values.World`.
    """
    if world_of(known) is None:
        return None
    try:
        return _Query(known).rows(select)
    except _NotKnown:
        return None


def scopes_of(select: Node, known: Environment) -> list[Row] | None:
    """What each row of a query's FROM and WHERE gives to its expressions, or None where that is not known."""
    if world_of(known) is None or "fromClause" not in select or "larg" in select:
        return None
    try:
        return _Query(known).scopes(select)
    except _NotKnown:
        return None


# Private

_UNSUPPORTED = ("havingClause", "limitOffset", "windowClause", "lockingClause")
_AGGREGATES = frozenset({"count", "string_agg", "array_agg", "bool_or", "bool_and", "min", "max"})


class _NotKnown(Exception):
    pass


@dataclass(slots=True)
class _Source:
    """A FROM item: its rows, by the names under which expressions know the columns."""

    alias: str
    rows: list[Row]
    columns: frozenset[str]
    outer: bool = False
    conditions: list[Node] = field(default_factory=list)


class _Query:
    def __init__(self, known: Environment) -> None:
        self._known: dict[str, Value] = {**known, IN_QUERY: True}
        self._tables: dict[str, list[Row]] = {}
        self._steps = 0

    def scopes(self, select: Node) -> list[Row]:
        if any(clause in select for clause in (*_UNSUPPORTED, "groupClause", "limitCount")):
            raise _NotKnown
        self._common_tables(select)
        found = [row for row, _ in self._joined(select)]
        # A column's bare name, too.
        return [{**{name.rpartition(".")[2]: value for name, value in row.items()}, **row} for row in found]

    def _common_tables(self, select: Node) -> None:
        for wrapped in select.get("withClause", {}).get("ctes", ()):
            table = wrapped["CommonTableExpr"]
            if select["withClause"].get("recursive") or "aliascolnames" in table:
                raise _NotKnown
            self._tables[table["ctename"]] = self.rows(table["ctequery"].get("SelectStmt", {}))

    def rows(self, select: Node) -> list[Row]:
        if any(clause in select for clause in _UNSUPPORTED):
            raise _NotKnown
        self._common_tables(select)
        if "larg" in select:
            return self._of_both(select)
        if "valuesLists" in select or "fromClause" not in select:
            found = literal_rows(select, self._known)
            if found is None:
                found = [self._projected(select.get("targetList", ()), {}, [])] if self._plain(select) else None
            if found is None:
                raise _NotKnown
            return found
        joined = list(self._joined(select))
        targets = [target["ResTarget"] for target in select.get("targetList", ())]
        if any(_aggregate(target) for target in targets):
            if "groupClause" in select:
                raise _NotKnown
            return [self._aggregated(targets, [row for row, _ in joined])]
        rows = [self._projected(select.get("targetList", ()), row, sources) for row, sources in joined]
        if "distinctClause" in select or "groupClause" in select:
            rows = _distinct(rows)
        if "limitCount" in select:
            limit = evaluate(select["limitCount"], self._known)
            if not isinstance(limit, int) or len(rows) > limit:
                raise _NotKnown
        if len(rows) > MAX_ROWS:
            raise _NotKnown
        return rows

    @staticmethod
    def _plain(select: Node) -> bool:
        return "whereClause" not in select and "groupClause" not in select

    def _of_both(self, select: Node) -> list[Row]:
        if select.get("op") != "SETOP_UNION" or "limitCount" in select:
            raise _NotKnown
        left, right = self.rows(select["larg"]), self.rows(select["rarg"])
        names = list(left[0]) if left else list(right[0]) if right else []
        if any(len(row) != len(names) for row in (*left, *right)):
            raise _NotKnown
        found = left + [dict(zip(names, row.values(), strict=True)) for row in right]
        return found if select.get("all") else _distinct(found)

    # FROM and WHERE

    def _joined(self, select: Node) -> Iterator[tuple[Row, list[_Source]]]:
        sources: list[_Source] = []
        conditions = _conjuncts(select.get("whereClause"))
        for item in select["fromClause"]:
            self._gather(item, sources, conditions)
        yield from ((row, sources) for row in self._combine(sources, conditions))

    def _gather(self, item: Node, sources: list[_Source], conditions: list[Node]) -> None:
        if (join := item.get("JoinExpr")) is not None:
            if "usingClause" in join or join.get("isNatural") or "alias" in join:
                raise _NotKnown
            self._gather(join["larg"], sources, conditions)
            before = len(sources)
            self._gather(join["rarg"], sources, conditions)
            if join.get("jointype", "JOIN_INNER") == "JOIN_INNER":
                conditions += _conjuncts(join.get("quals"))
            elif join["jointype"] == "JOIN_LEFT" and len(sources) == before + 1:
                sources[-1].outer = True
                sources[-1].conditions = _conjuncts(join.get("quals"))
            else:
                raise _NotKnown
            return
        sources.append(self._source(item))

    def _source(self, item: Node) -> _Source:
        if (table := item.get("RangeVar")) is not None:
            alias = table.get("alias", {}).get("aliasname", table["relname"])
            if "colnames" in table.get("alias", {}):
                raise _NotKnown
            rows = self._tables.get(table["relname"]) if "schemaname" not in table else None
            if rows is None:
                world = world_of(self._known)
                rows = world.rows(table.get("schemaname"), table["relname"]) if world is not None else None
        elif (query := item.get("RangeSubselect")) is not None:
            alias = query.get("alias", {}).get("aliasname", "")
            rows = self.rows(query["subquery"].get("SelectStmt", {}))
            columns = strings(query.get("alias", {}).get("colnames", ()))
            if columns:
                rows = [dict(zip(columns, row.values(), strict=False)) for row in rows]
        elif (function := item.get("RangeFunction")) is not None:
            alias = function.get("alias", {}).get("aliasname", "")
            columns = strings(function.get("alias", {}).get("colnames", ()))
            call = items(function["functions"][0])[0].get("FuncCall", {})
            name = strings(call.get("funcname", ()))[-1:]
            rows = rows_of_function(call, columns or [alias or "".join(name)], self._known) if call else None
            alias = alias or "".join(name)
        else:
            rows = None
        if rows is None:
            raise _NotKnown
        return _Source(alias, rows, frozenset(column for row in rows for column in row))

    def _combine(self, sources: list[_Source], conditions: list[Node]) -> Iterator[Row]:
        pending = [(condition, _aliases(condition, sources)) for condition in conditions]
        partial: list[tuple[Row, bool]] = [({}, True)]
        bound: set[str] = set()
        for source in sources:
            bound.add(source.alias)
            now = [condition for condition, needs in pending if needs <= bound]
            pending = [(condition, needs) for condition, needs in pending if not needs <= bound]
            partial = list(self._with(source, partial, now))
        for row, sure in partial:
            if not sure or pending:
                raise _NotKnown
            yield row

    def _with(
        self, source: _Source, partial: list[tuple[Row, bool]], conditions: list[Node]
    ) -> Iterator[tuple[Row, bool]]:
        named = [({**row, **{f"{source.alias}.{name}": row[name] for name in row}}, row) for row in source.rows]
        lookup = None if source.outer else _index(source, named, conditions)
        for left, sure in partial:
            matched = False
            candidates = named
            if lookup is not None:
                value = evaluate(lookup[0], {**self._known, **left})
                if value is not None and (key := _hashed(value)) is not None:
                    candidates = lookup[1].get(key, []) + lookup[2]
            for right, plain in candidates:
                self._steps += 1
                if self._steps > MAX_STEPS:
                    raise _NotKnown
                row = {**left, **right}
                holds = self._holds(
                    [*source.conditions, *conditions] if not source.outer else source.conditions, row
                )
                if holds is False:
                    continue
                matched = True
                yield row, sure and holds is True and DOUBT not in plain
            if source.outer and not matched:
                nothing: Row = {f"{source.alias}.{name}": NULL for name in source.columns}
                yield {**left, **nothing}, sure
        if source.outer and conditions:
            raise _NotKnown

    def _holds(self, conditions: list[Node], row: Row) -> bool | None:
        environment = {**self._known, **row}
        found: bool | None = True
        for condition in conditions:
            value = evaluate(condition, environment)
            if value is False or value is NULL:
                return False
            if value is not True:
                found = None
        return found

    # SELECT

    def _projected(self, targets: list[Node], row: Row, sources: list[_Source]) -> Row:
        result: Row = {}
        environment = {**self._known, **row}
        for number, wrapped in enumerate(targets):
            target = wrapped["ResTarget"]
            expression = target.get("val", {})
            fields = expression.get("ColumnRef", {}).get("fields", ())
            if fields and "A_Star" in fields[-1]:
                wanted = strings(fields[:-1])
                for source in sources:
                    if not wanted or wanted == [source.alias]:
                        columns = ((name, row.get(f"{source.alias}.{name}")) for name in sorted(source.columns))
                        result.update((name, value) for name, value in columns if value is not None)
                continue
            value = evaluate(expression, environment)
            if value is not None:
                result[target.get("name") or _output_name(expression, number)] = value
        return result

    def _aggregated(self, targets: list[Node], rows: list[Row]) -> Row:
        result: Row = {}
        for number, target in enumerate(targets):
            call = target.get("val", {}).get("FuncCall")
            if call is None:
                raise _NotKnown
            name = strings(call["funcname"])[-1]
            value = self._aggregate(name, call, rows)
            if value is not None:
                result[target.get("name") or _output_name(target.get("val", {}), number)] = value
        return result

    def _aggregate(self, name: str, call: Node, rows: list[Row]) -> Value | None:
        if call.get("agg_star"):
            return len(rows)
        arguments = call.get("args", ())
        values = [evaluate(arguments[0], {**self._known, **row}) for row in rows]
        if any(value is None for value in values) or "agg_filter" in call:
            return None
        there: list[Value] = [value for value in values if value is not None and value is not NULL]
        if call.get("agg_distinct"):
            there = [row["v"] for row in _distinct([{"v": value} for value in there])]
        if name == "count":
            return len(there)
        if not there:
            return NULL
        if name == "array_agg":
            return there
        if name == "string_agg":
            separator = evaluate(arguments[1], self._known) if len(arguments) == 2 else None
            texts = [output_of(value) for value in there]
            if not isinstance(separator, str) or any(text is None for text in texts):
                return None
            return separator.join(text for text in texts if text is not None)
        if len({str(value) for value in there}) == 1:
            return there[0]
        if name in ("bool_or", "bool_and"):
            return (True in there) if name == "bool_or" else False not in there
        return None


def _aggregate(target: Node) -> bool:
    call = target.get("val", {}).get("FuncCall")
    return call is not None and strings(call["funcname"])[-1] in _AGGREGATES and "over" not in call


def _conjuncts(condition: Node | None) -> list[Node]:
    if not condition:
        return []
    boolean = condition.get("BoolExpr", {})
    if boolean.get("boolop") == "AND_EXPR":
        return [one for argument in boolean["args"] for one in _conjuncts(argument)]
    return [condition]


def _aliases(condition: Node, sources: list[_Source]) -> set[str]:
    """The FROM items that a condition is about; of a subquery, of all."""
    found: set[str] = set()
    stack: list[object] = [condition]
    while stack:
        node = stack.pop()
        if isinstance(node, list):
            stack.extend(node)
        elif isinstance(node, dict):
            if "SubLink" in node:
                return {source.alias for source in sources}
            if (column := node.get("ColumnRef")) is not None:
                fields = strings(column.get("fields", ()))
                names = {s.alias for s in sources if len(fields) > 1 and s.alias == fields[-2]}
                if len(fields) == 1:
                    names = {source.alias for source in sources if fields[0] in source.columns}
                found |= names
            stack.extend(node.values())
    return found


_Named = list[tuple[Row, Row]]


def _index(
    source: _Source, named: _Named, conditions: list[Node]
) -> tuple[Node, dict[object, _Named], _Named] | None:
    """For `outer = source.column`: the other side, the rows by the value of the column, and those without one."""
    if len(named) < 8:
        return None
    for condition in conditions:
        body = condition.get("A_Expr", {})
        if body.get("kind") != "AEXPR_OP" or strings(body.get("name", ())) != ["="]:
            continue
        for own, other in (
            (body.get("lexpr", {}), body.get("rexpr", {})),
            (body.get("rexpr", {}), body.get("lexpr", {})),
        ):
            fields = strings(own.get("ColumnRef", {}).get("fields", ()))
            theirs = _aliases(other, [source])
            if len(fields) == 2 and fields[0] == source.alias and not theirs:
                by_value: dict[object, _Named] = {}
                without: _Named = []
                for pair in named:
                    value = pair[1].get(fields[1])
                    key = _hashed(value) if value is not None else None
                    if key is None:
                        without.append(pair)
                    else:
                        by_value.setdefault(key, []).append(pair)
                return other, by_value, without
    return None


def _hashed(value: Value) -> object | None:
    if isinstance(value, Key):
        return "key", value.key
    return ("text", value) if type(value) is str else None


def _distinct(rows: list[Row]) -> list[Row]:
    found: dict[str, Row] = {}
    for row in rows:
        found.setdefault(repr([(name, type(value).__name__, value) for name, value in row.items()]), row)
    return list(found.values())


def _output_name(expression: Node, number: int) -> str:
    if (column := expression.get("ColumnRef")) is not None:
        return strings(column["fields"])[-1]
    if (call := expression.get("FuncCall")) is not None:
        return strings(call["funcname"])[-1]
    if (cast := expression.get("TypeCast")) is not None:
        inner = _output_name(cast["arg"], number)
        return inner if not inner.startswith("?") else strings(cast["typeName"]["names"])[-1]
    return f"?{number}"
