"""What a PL/pgSQL body would do: each SQL statement in it, read again through the same door.

The body's tree comes from PostgreSQL's PL/pgSQL parser. It is walked in order with the values of those variables
that the text alone decides, so that `EXECUTE format('DROP TABLE %I', t)` can be read where `t` is known, and
a FOREACH over a literal array is run through. A statement inside an IF, a loop, a block with handlers, or after a
RETURN that may have been taken is conditional; where the condition asks whether an object exists it becomes a
guard. What EXECUTE is given and the text does not tell is `Unknown`.

https://www.postgresql.org/docs/current/plpgsql-statements.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import msgspec

from auditor.migrations.effects.guards import (
    Guards,
    combined,
    guard_of_handler,
    guards_of,
    guards_of_query,
    insufficient,
    negated,
)
from auditor.migrations.effects.plpgsql_tree import (
    LEAVING,
    assigned_in,
    contains,
    expression_text,
    expressions_in,
    is_integer,
    may_leave,
    only_target,
    parse_one,
    shortened,
    surely_leaves,
)
from auditor.migrations.effects.reader import Reader
from auditor.migrations.effects.rows import accesses_of_tree
from auditor.migrations.effects.subjects import object_of
from auditor.migrations.effects.words import changes_by_words
from auditor.model.change import AnyChange, Harmless, Name, Unknown
from auditor.sql import UnreadableSql, grammar
from auditor.sql.constants import ANYTHING, Value, evaluate, literal_rows
from auditor.sql.tree import Node, kind_and_body

_STAND_IN = "auditor_does_not_know"

MAX_DEPTH = 4
"""Bodies and dynamic statements within one another that are followed."""

MAX_ROUNDS = 100
"""Rounds of a loop over literal values that are run through."""


def changes_of_plpgsql(text: str, reader: Reader, line: int, inside: str) -> Iterator[AnyChange]:
    """What a PL/pgSQL body would do.

    Args:
        text: the body.
        reader: of the CREATE FUNCTION or DO statement.
        line: 0-based line of the body's beginning within the statement.
        inside: what the changes are marked with.
    """
    if reader.depth >= MAX_DEPTH:
        yield Unknown(
            detail="bodies within bodies, too deep", certainty="unknown", inside=inside, line_offset=line
        )
        return
    try:
        functions = grammar.parse_plpgsql(reader.statement_text)
    except UnreadableSql as error:
        yield Unknown(
            detail=f"PL/pgSQL body: {error.message}",
            text=text,
            certainty="unknown",
            inside=inside,
            line_offset=line,
        )
        yield from changes_by_words(text, reader, line, inside)
        return
    for wrapped in functions or ():
        if (function := wrapped.get("PLpgSQL_function")) is not None:
            yield from _Walk(function, reader, line, inside).run()


class _Place(NamedTuple):
    """Under which conditions a statement stands."""

    conditional: bool = False
    guards: Guards = ()

    def within(self, guards: Guards = ()) -> _Place:
        """The same, inside a condition."""
        # A guard around what is not understood is necessary, no longer sufficient.
        known = self.guards if guards or not self.guards else insufficient(self.guards)
        return _Place(True, (*known, *guards))


class _Walk:
    """One walk through a body, in the order of its text."""

    def __init__(self, function: Node, reader: Reader, line: int, inside: str) -> None:
        self._reader = reader
        self._line = line
        self._inside = inside
        self._body = function.get("action", {})
        self._datums = [kind_and_body(datum) for datum in function.get("datums", ())]
        self._names = [str(body.get("refname", body.get("fieldname", ""))) for _, body in self._datums]
        self._known: dict[str, Value] = {}
        self._flags: dict[str, Guards] = {}

    def run(self) -> Iterator[AnyChange]:
        """All changes of the body."""
        place = _Place()
        for kind, body in self._datums:
            if kind != "PLpgSQL_var":
                continue
            line = body.get("lineno", 1)
            if (default := body.get("default_val")) is not None:
                yield from self._assign(body.get("refname", ""), default, place, line)
            if (cursor := body.get("cursor_explicit_expr")) is not None:
                yield from self._sql(cursor, place, line)
        yield from self._statement(self._body, place)

    # Statements

    def _statements(self, nodes: Iterable[Node], place: _Place) -> Iterator[AnyChange]:
        for node in nodes:
            yield from self._statement(node, place)
            if may_leave(node):
                place = self._after_leaving(node, place)

    def _statement(self, node: Node, place: _Place) -> Iterator[AnyChange]:
        kind, body = kind_and_body(node)
        handler = getattr(self, f"_{kind.removeprefix('PLpgSQL_')}", None)
        if handler is not None:
            yield from handler(body, place)
            return
        line = body.get("lineno", 1)
        for expression in expressions_in(body):
            yield from self._expression(expression, place, line)
        self._forget(assigned_in(node, self._names))

    def _stmt_block(self, body: Node, place: _Place) -> Iterator[AnyChange]:
        handlers = body.get("exceptions", {}).get("PLpgSQL_exception_block", {}).get("exc_list", ())
        if not handlers:
            yield from self._statements(body.get("body", ()), place)
            return
        conditions = [
            condition["PLpgSQL_condition"].get("condname", "")
            for handler in handlers
            for condition in handler["PLpgSQL_exception"].get("conditions", ())
        ]
        changes = list(self._statements(body.get("body", ()), place.within()))
        if len(body.get("body", ())) == 1 and changes and changes[0].guard is None:
            guard = guard_of_handler(conditions, changes[0])
            if guard is not None:
                changes = [
                    msgspec.structs.replace(change, guard=guard) if change.inside == self._inside else change
                    for change in changes
                ]
        yield from changes
        self._forget(assigned_in(body, self._names))
        for handler in handlers:
            known, flags = dict(self._known), dict(self._flags)
            yield from self._statements(handler["PLpgSQL_exception"].get("action", ()), place.within())
            self._known, self._flags = known, flags
        self._forget(assigned_in(handlers, self._names))

    def _stmt_if(self, body: Node, place: _Place) -> Iterator[AnyChange]:
        line = body.get("lineno", 1)
        guards = self._condition(body["cond"])
        yield from self._expression(body["cond"], place, line)
        yield from self._branch(body.get("then_body", ()), place.within(guards))
        for wrapped in body.get("elsif_list", ()):
            branch = wrapped["PLpgSQL_if_elsif"]
            yield from self._expression(branch["cond"], place.within(), branch.get("lineno", line))
            yield from self._branch(
                branch.get("stmts", ()), place.within(insufficient(self._condition(branch["cond"])))
            )
        otherwise = negated(guards) if "elsif_list" not in body else insufficient(negated(guards))
        yield from self._branch(body.get("else_body", ()), place.within(otherwise))
        self._forget(assigned_in(body, self._names))

    def _stmt_case(self, body: Node, place: _Place) -> Iterator[AnyChange]:
        line = body.get("lineno", 1)
        if "t_expr" in body:
            yield from self._expression(body["t_expr"], place, line)
        for wrapped in body.get("case_when_list", ()):
            branch = wrapped["PLpgSQL_case_when"]
            yield from self._expression(branch["expr"], place.within(), branch.get("lineno", line))
            yield from self._branch(branch.get("stmts", ()), place.within())
        yield from self._branch(body.get("else_stmts", ()), place.within())
        self._forget(assigned_in(body, self._names))

    def _stmt_loop(self, body: Node, place: _Place) -> Iterator[AnyChange]:
        yield from self._loop(body, place.within())

    def _stmt_while(self, body: Node, place: _Place) -> Iterator[AnyChange]:
        yield from self._expression(body["cond"], place, body.get("lineno", 1))
        yield from self._loop(body, place.within())

    def _stmt_fori(self, body: Node, place: _Place) -> Iterator[AnyChange]:
        line = body.get("lineno", 1)
        for bound in ("lower", "upper", "step"):
            if bound in body:
                yield from self._expression(body[bound], place, line)
        name = body["var"]["PLpgSQL_var"].get("refname", "")
        lower, upper = self._value(body["lower"]), self._value(body["upper"])
        rounds: list[dict[str, Value]] | None = None
        if isinstance(lower, str) and isinstance(upper, str) and not body.get("reverse") and "step" not in body:
            numbers = range(int(lower), int(upper) + 1) if is_integer(lower) and is_integer(upper) else ()
            rounds = [{name: str(number)} for number in numbers[: MAX_ROUNDS + 1]]
        yield from self._rounds(body, rounds, place)

    def _stmt_foreach_a(self, body: Node, place: _Place) -> Iterator[AnyChange]:
        yield from self._expression(body["expr"], place, body.get("lineno", 1))
        values = self._value(body["expr"])
        name = self._names[body["varno"]] if body.get("varno", 0) < len(self._names) else ""
        rounds: list[dict[str, Value]] | None = None
        if isinstance(values, list):
            rounds = [{name: value} for value in values]
        yield from self._rounds(body, rounds, place)

    def _stmt_fors(self, body: Node, place: _Place) -> Iterator[AnyChange]:
        yield from self._sql(body["query"], place, body.get("lineno", 1))
        yield from self._rounds(body, self._rows_of(body), place)

    def _stmt_forc(self, body: Node, place: _Place) -> Iterator[AnyChange]:
        for expression in expressions_in({**body, "body": None}):
            yield from self._expression(expression, place, body.get("lineno", 1))
        yield from self._loop(body, place.within())

    def _stmt_dynfors(self, body: Node, place: _Place) -> Iterator[AnyChange]:
        yield from self._stmt_dynexecute(body, place)
        yield from self._loop(body, place.within())

    def _stmt_execsql(self, body: Node, place: _Place) -> Iterator[AnyChange]:
        yield from self._sql(body["sqlstmt"], place, body.get("lineno", 1))
        targets = assigned_in({"target": body.get("target")}, self._names)
        self._forget(targets)
        if len(targets) == 1 and (condition := self._single_output(body["sqlstmt"])) is not None:
            guards = guards_of(condition, self._known, self._flags)
            if guards:
                self._flags[next(iter(targets))] = guards
        self._found(body["sqlstmt"])

    def _stmt_perform(self, body: Node, place: _Place) -> Iterator[AnyChange]:
        yield from self._sql(body["expr"], place, body.get("lineno", 1))
        self._found(body["expr"])

    def _stmt_call(self, body: Node, place: _Place) -> Iterator[AnyChange]:
        yield from self._sql(body["expr"], place, body.get("lineno", 1))
        self._forget(assigned_in(body, self._names))

    def _stmt_assign(self, body: Node, place: _Place) -> Iterator[AnyChange]:
        number = body.get("varno", 0)
        name = self._names[number] if number < len(self._names) else ""
        yield from self._assign(name, body["expr"], place, body.get("lineno", 1))

    def _stmt_dynexecute(self, body: Node, place: _Place) -> Iterator[AnyChange]:
        line = body.get("lineno", 1)
        for wrapped in body.get("params", ()):
            yield from self._expression(wrapped, place, line)
        yield from self._dynamic(body["query"], place, line)
        self._forget(assigned_in({"target": body.get("target")}, self._names))

    def _stmt_return_query(self, body: Node, place: _Place) -> Iterator[AnyChange]:
        line = body.get("lineno", 1)
        if "query" in body:
            yield from self._sql(body["query"], place, line)
        for wrapped in body.get("params", ()):
            yield from self._expression(wrapped, place, line)
        if "dynquery" in body:
            yield from self._dynamic(body["dynquery"], place, line)

    def _stmt_open(self, body: Node, place: _Place) -> Iterator[AnyChange]:
        line = body.get("lineno", 1)
        if "query" in body:
            yield from self._sql(body["query"], place, line)
        if "dynquery" in body:
            yield from self._dynamic(body["dynquery"], place, line)
        for field in ("argquery", "params"):
            for expression in expressions_in(body.get(field)):
                yield from self._expression(expression, place, line)

    # Loops and branches

    def _branch(self, nodes: Iterable[Node], place: _Place) -> Iterator[AnyChange]:
        known, flags = dict(self._known), dict(self._flags)
        yield from self._statements(nodes, place)
        self._known, self._flags = known, flags

    def _loop(self, body: Node, place: _Place) -> Iterator[AnyChange]:
        assigned = assigned_in(body, self._names)
        self._forget(assigned)
        yield from self._branch(body.get("body", ()), place)
        self._forget(assigned)

    def _rounds(self, body: Node, rounds: list[dict[str, Value]] | None, place: _Place) -> Iterator[AnyChange]:
        """A loop over values that the text gives is run through; any other once, as it may be."""
        if rounds is None or len(rounds) > MAX_ROUNDS:
            yield from self._loop(body, place.within())
            return
        if rounds and not contains(body.get("body"), "PLpgSQL_stmt_dynexecute"):
            rounds = rounds[:1]  # every round does the same
        leaves = contains(body.get("body"), *LEAVING)
        assigned = assigned_in(body, self._names)
        for values in rounds:
            self._forget(assigned)
            self._known.update(values)
            yield from self._statements(body.get("body", ()), place.within() if leaves else place)
            for name in values:
                self._known.pop(name, None)
        self._forget(assigned)

    def _rows_of(self, body: Node) -> list[dict[str, Value]] | None:
        """The rows of a FOR over a query that needs no table, as values of the loop's variables."""
        select = self._parse(body["query"])
        rows = literal_rows(select.get("SelectStmt", {}), self._known) if select is not None else None
        if rows is None:
            return None
        kind, variable = kind_and_body(body.get("var", {}))
        if kind == "PLpgSQL_rec":
            name = variable.get("refname", "")
            return [{f"{name}.{column}": value for column, value in row.items()} for row in rows]
        fields = [field.get("name", "") for field in variable.get("fields", ())]
        return [dict(zip(fields, row.values(), strict=False)) for row in rows]

    def _after_leaving(self, node: Node, place: _Place) -> _Place:
        """What holds behind a statement that may have left the body."""
        body = node.get("PLpgSQL_stmt_if")
        simple = body is not None and "elsif_list" not in body and "else_body" not in body
        if body is not None and simple and surely_leaves(body.get("then_body", ())):
            return place.within(negated(self._condition(body["cond"])))
        return place.within()

    # SQL

    def _sql(self, wrapped: Node, place: _Place, line: int) -> Iterator[AnyChange]:
        text = wrapped["PLpgSQL_expr"].get("query", "")
        yield from self._placed(self._reader.nested(text).read(), place, line, keep_lines=True)

    def _dynamic(self, wrapped: Node, place: _Place, line: int) -> Iterator[AnyChange]:
        yield from self._expression(wrapped, place, line)
        value = self._value(wrapped)
        nested = self._reader.nested(value if isinstance(value, str) else "")
        if isinstance(value, str) and nested.depth < MAX_DEPTH:
            yield from self._placed(nested.read(), place, line)
            return
        text = " ".join(wrapped["PLpgSQL_expr"].get("query", "").split())
        kind, name = self._dynamic_target(wrapped)
        unknown = Unknown(
            detail=f"dynamic SQL: {shortened(text)}", text=text, certainty="unknown", kind=kind, name=name
        )
        yield from self._placed([unknown], place, line)

    def _dynamic_target(self, wrapped: Node) -> tuple[str | None, Name | None]:
        """What a dynamic statement is about, where the text tells; what is not known is read as a stand-in."""
        tree = self._parse_expression(expression_text(wrapped))
        known = {**self._known, ANYTHING: _STAND_IN}
        value = evaluate(only_target(tree), known) if tree is not None else None
        if not isinstance(value, str) or value == _STAND_IN:
            return None, None
        changes = list(self._reader.nested(value).read())
        kind, name = object_of(changes[0]) if changes else (None, None)
        if name is None or _STAND_IN in name.name or _STAND_IN in (name.schema or ""):
            return None, None
        return kind, name

    def _expression(self, wrapped: Node, place: _Place, line: int) -> Iterator[AnyChange]:
        """What evaluating an expression does: tables it reads, functions it calls."""
        text = expression_text(wrapped)
        if "(" not in text and "from" not in text.lower():
            return
        tree = self._parse_expression(text)
        if tree is None:
            unknown = Unknown(detail=f"expression: {shortened(text)}", text=text, certainty="unknown")
            yield from self._placed([unknown], place, line)
        else:
            yield from self._placed(accesses_of_tree(tree), place, line)

    def _placed(
        self, changes: Iterable[AnyChange], place: _Place, line: int, *, keep_lines: bool = False
    ) -> Iterator[AnyChange]:
        guard = combined(place.guards)
        for change in changes:
            if isinstance(change, Harmless):
                continue
            conditional = place.conditional and change.certainty == "certain"
            yield msgspec.structs.replace(
                change,
                inside=change.inside or self._inside,
                certainty="conditional" if conditional else change.certainty,
                line_offset=self._line + line - 1 + (change.line_offset if keep_lines else 0),
                guard=change.guard or guard,
            )

    # Values

    def _assign(self, name: str, wrapped: Node, place: _Place, line: int) -> Iterator[AnyChange]:
        yield from self._expression(wrapped, place, line)
        value = self._value(wrapped)
        condition = self._condition(wrapped)
        self._forget({name})
        if value is not None:
            self._known[name] = value
        if condition:
            self._flags[name] = condition

    def _value(self, wrapped: Node) -> Value | None:
        tree = self._parse_expression(expression_text(wrapped))
        return evaluate(only_target(tree), self._known) if tree is not None else None

    def _condition(self, wrapped: Node) -> Guards:
        tree = self._parse_expression(expression_text(wrapped))
        target = only_target(tree) if tree is not None else None
        return guards_of(target, self._known, self._flags) if target is not None else ()

    def _found(self, wrapped: Node) -> None:
        """`IF FOUND` behind a query on a system catalog asks whether the object exists."""
        select = self._parse(wrapped)
        guards = guards_of_query(select["SelectStmt"], self._known) if select and "SelectStmt" in select else ()
        self._flags.pop("found", None)
        if guards:
            self._flags["found"] = guards

    def _forget(self, names: Iterable[str]) -> None:
        for name in names:
            self._known.pop(name, None)
            self._flags.pop(name, None)
            for known in [key for key in self._known if key.startswith(f"{name}.")]:
                del self._known[known]

    def _single_output(self, wrapped: Node) -> Node | None:
        statement = self._parse(wrapped)
        return only_target(statement) if statement is not None else None

    def _parse(self, wrapped: Node) -> Node | None:
        """The only statement of an expression that is a whole statement."""
        return parse_one(wrapped["PLpgSQL_expr"].get("query", ""))

    def _parse_expression(self, text: str) -> Node | None:
        return parse_one(f"SELECT {text}")
