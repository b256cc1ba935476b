"""What a PL/pgSQL body would do: each SQL statement in it, read again through the same door.

The body's tree comes from PostgreSQL's PL/pgSQL parser. It is walked in order with the values of those variables
that the text alone decides, so that `EXECUTE format('DROP TABLE %I', t)` can be read where `t` is known, and
a FOREACH over a literal array is run through. A statement inside an IF, a loop, a block with handlers, or after a
RETURN that may have been taken is conditional; where the condition asks whether an object exists it becomes a
guard. What EXECUTE is given and the text does not tell is `Unknown`.

https://www.postgresql.org/docs/current/plpgsql-statements.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import ClassVar, NamedTuple

import msgspec

from auditor.migrations.effects.guards import (
    Guards,
    combined,
    guard_of_handler,
    insufficient,
    negated,
)
from auditor.migrations.effects.plpgsql_tree import (
    LEAVING,
    contains,
    expression_text,
    expressions_in,
    is_integer,
    may_leave,
    parse_one,
    shortened,
    surely_leaves,
)
from auditor.migrations.effects.plpgsql_values import Variables
from auditor.migrations.effects.reader import Reader
from auditor.migrations.effects.rows import accesses_of_tree
from auditor.migrations.effects.subjects import object_of
from auditor.migrations.effects.words import changes_by_words
from auditor.model.change import AnyChange, Harmless, Name, Transaction, Unknown
from auditor.sql import UnreadableSql, grammar
from auditor.sql.constants import Value
from auditor.sql.tree import Node, kind_and_body

_STAND_IN = "auditor_does_not_know"

MAX_DEPTH = 4
"""Bodies and dynamic statements within one another that are followed."""

MAX_ROUNDS = 500
"""Rounds of loops over literal values that are run through in one body; loops beyond are read once."""


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
        self._function = function
        self._reader = reader
        self._line = line
        self._inside = inside
        self._variables = Variables(function)
        self._rounds_left = MAX_ROUNDS

    def run(self) -> Iterator[AnyChange]:
        """All changes of the body."""
        place = _Place()
        for datum in self._function.get("datums", ()):
            if (variable := datum.get("PLpgSQL_var")) is None:
                continue
            line = variable.get("lineno", 1)
            if (default := variable.get("default_val")) is not None:
                yield from self._expression(default, place, line)
                self._variables.declare(variable.get("refname", ""), default)
            if (cursor := variable.get("cursor_explicit_expr")) is not None:
                yield from self._sql(cursor, place, line)
        yield from self._statement(self._function.get("action", {}), place)

    # Statements

    def _statements(self, nodes: Iterable[Node], place: _Place) -> Iterator[AnyChange]:
        for node in nodes:
            yield from self._statement(node, place)
            if may_leave(node):
                place = self._after_leaving(node, place)

    def _statement(self, node: Node, place: _Place) -> Iterator[AnyChange]:
        kind, body = kind_and_body(node)
        if (handler := self._handlers.get(kind)) is not None:
            yield from handler(self, body, place)
        else:
            yield from self._expressions(body, place)
            self._variables.forget_set_in(node)

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
        self._variables.forget_set_in(body)
        for handler in handlers:
            yield from self._branch(handler["PLpgSQL_exception"].get("action", ()), place.within())
        self._variables.forget_set_in(handlers)

    def _stmt_if(self, body: Node, place: _Place) -> Iterator[AnyChange]:
        line = body.get("lineno", 1)
        guards = self._variables.condition(body["cond"])
        yield from self._expression(body["cond"], place, line)
        yield from self._branch(body.get("then_body", ()), place.within(guards))
        for wrapped in body.get("elsif_list", ()):
            branch = wrapped["PLpgSQL_if_elsif"]
            yield from self._expression(branch["cond"], place.within(), branch.get("lineno", line))
            # That the conditions before it failed is part of the condition too.
            known = insufficient(self._variables.condition(branch["cond"]))
            yield from self._branch(branch.get("stmts", ()), place.within(known))
        otherwise = negated(guards)
        if "elsif_list" in body:
            otherwise = insufficient(otherwise)
        yield from self._branch(body.get("else_body", ()), place.within(otherwise))
        self._variables.forget_set_in(body)

    def _stmt_case(self, body: Node, place: _Place) -> Iterator[AnyChange]:
        line = body.get("lineno", 1)
        if "t_expr" in body:
            yield from self._expression(body["t_expr"], place, line)
        for wrapped in body.get("case_when_list", ()):
            branch = wrapped["PLpgSQL_case_when"]
            yield from self._expression(branch["expr"], place.within(), branch.get("lineno", line))
            yield from self._branch(branch.get("stmts", ()), place.within())
        yield from self._branch(body.get("else_stmts", ()), place.within())
        self._variables.forget_set_in(body)

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
        lower, upper = self._variables.value(body["lower"]), self._variables.value(body["upper"])
        rounds: list[dict[str, Value]] | None = None
        plain = "step" not in body and not body.get("reverse")
        if plain and isinstance(lower, str) and isinstance(upper, str) and is_integer(lower) and is_integer(upper):
            numbers = range(int(lower), int(upper) + 1)[: MAX_ROUNDS + 1]
            rounds = [{name: str(number)} for number in numbers]
        yield from self._rounds(body, rounds, place)

    def _stmt_foreach_a(self, body: Node, place: _Place) -> Iterator[AnyChange]:
        yield from self._expression(body["expr"], place, body.get("lineno", 1))
        values = self._variables.value(body["expr"])
        name = self._variables.name(body.get("varno", -1))
        rounds: list[dict[str, Value]] | None = None
        if isinstance(values, list) and "slice" not in body:
            rounds = [{name: value} for value in values]
        yield from self._rounds(body, rounds, place)

    def _stmt_fors(self, body: Node, place: _Place) -> Iterator[AnyChange]:
        yield from self._sql(body["query"], place, body.get("lineno", 1))
        yield from self._rounds(body, self._variables.rows(body["query"], body.get("var", {})), place)

    def _stmt_forc(self, body: Node, place: _Place) -> Iterator[AnyChange]:
        yield from self._expressions({**body, "body": None}, place)
        yield from self._loop(body, place.within())

    def _stmt_dynfors(self, body: Node, place: _Place) -> Iterator[AnyChange]:
        yield from self._stmt_dynexecute(body, place)
        yield from self._loop(body, place.within())

    def _stmt_execsql(self, body: Node, place: _Place) -> Iterator[AnyChange]:
        yield from self._sql(body["sqlstmt"], place, body.get("lineno", 1))
        self._variables.select_into(body["sqlstmt"], body.get("target"))

    def _stmt_perform(self, body: Node, place: _Place) -> Iterator[AnyChange]:
        yield from self._sql(body["expr"], place, body.get("lineno", 1))
        self._variables.select_into(body["expr"], None)

    def _stmt_call(self, body: Node, place: _Place) -> Iterator[AnyChange]:
        yield from self._sql(body["expr"], place, body.get("lineno", 1))
        self._variables.forget_set_in(body)

    def _stmt_assign(self, body: Node, place: _Place) -> Iterator[AnyChange]:
        yield from self._expression(body["expr"], place, body.get("lineno", 1))
        self._variables.assign(body.get("varno", -1), body["expr"])

    def _stmt_dynexecute(self, body: Node, place: _Place) -> Iterator[AnyChange]:
        yield from self._expressions(body.get("params"), place, body.get("lineno", 1))
        yield from self._dynamic(body["query"], place, body.get("lineno", 1))
        self._variables.forget_set_in({"target": body.get("target")})

    def _stmt_return_query(self, body: Node, place: _Place) -> Iterator[AnyChange]:
        yield from self._query(body, place)

    def _stmt_open(self, body: Node, place: _Place) -> Iterator[AnyChange]:
        yield from self._query(body, place)
        yield from self._expressions(body.get("argquery"), place, body.get("lineno", 1))

    def _stmt_commit(self, body: Node, place: _Place) -> Iterator[AnyChange]:
        yield from self._placed([Transaction(what="commit")], place, body.get("lineno", 1))

    def _stmt_rollback(self, body: Node, place: _Place) -> Iterator[AnyChange]:
        yield from self._placed([Transaction(what="rollback")], place, body.get("lineno", 1))

    # Loops and branches

    def _branch(self, nodes: Iterable[Node], place: _Place) -> Iterator[AnyChange]:
        before = self._variables.save()
        yield from self._statements(nodes, place)
        self._variables.restore(before)

    def _loop(self, body: Node, place: _Place) -> Iterator[AnyChange]:
        self._variables.forget_set_in(body)
        yield from self._branch(body.get("body", ()), place)

    def _rounds(self, body: Node, rounds: list[dict[str, Value]] | None, place: _Place) -> Iterator[AnyChange]:
        """A loop over values that the text gives is run through; any other once, as it may be."""
        if rounds and not contains(body.get("body"), "PLpgSQL_stmt_dynexecute", "PLpgSQL_stmt_dynfors"):
            rounds = rounds[:1]  # every round does the same
        if rounds is None or len(rounds) > self._rounds_left:
            yield from self._loop(body, place.within())
            return
        self._rounds_left -= len(rounds)
        leaves = contains(body.get("body"), *LEAVING)
        for values in rounds:
            self._variables.forget_set_in(body)
            self._variables.set_round(values)
            yield from self._statements(body.get("body", ()), place.within() if leaves else place)
            self._variables.forget(values)
        self._variables.forget_set_in(body)

    def _after_leaving(self, node: Node, place: _Place) -> _Place:
        """What holds behind a statement that may have left the body."""
        body = node.get("PLpgSQL_stmt_if")
        simple = body is not None and "elsif_list" not in body and "else_body" not in body
        if body is not None and simple and surely_leaves(body.get("then_body", ())):
            return place.within(negated(self._variables.condition(body["cond"])))
        return place.within()

    # SQL

    def _sql(self, wrapped: Node, place: _Place, line: int) -> Iterator[AnyChange]:
        text = wrapped["PLpgSQL_expr"].get("query", "")
        yield from self._placed(self._reader.nested(text).read(), place, line, keep_lines=True)

    def _query(self, body: Node, place: _Place) -> Iterator[AnyChange]:
        line = body.get("lineno", 1)
        if "query" in body:
            yield from self._sql(body["query"], place, line)
        if "dynquery" in body:
            yield from self._dynamic(body["dynquery"], place, line)
        yield from self._expressions(body.get("params"), place, line)

    def _dynamic(self, wrapped: Node, place: _Place, line: int) -> Iterator[AnyChange]:
        yield from self._expression(wrapped, place, line)
        value = self._variables.value(wrapped)
        if isinstance(value, str) and self._reader.depth + 1 < MAX_DEPTH:
            yield from self._placed(self._reader.nested(value).read(), place, line)
            return
        text = " ".join(wrapped["PLpgSQL_expr"].get("query", "").split())
        kind, name = self._dynamic_target(wrapped)
        unknown = Unknown(
            detail=f"dynamic SQL: {shortened(text)}", text=text, certainty="unknown", kind=kind, name=name
        )
        yield from self._placed([unknown], place, line)

    def _dynamic_target(self, wrapped: Node) -> tuple[str | None, Name | None]:
        """What a dynamic statement is about, where the text tells; what is not known is read as a stand-in."""
        value = self._variables.value_with_stand_in(wrapped, _STAND_IN)
        if not isinstance(value, str) or value == _STAND_IN or self._reader.depth + 1 >= MAX_DEPTH:
            return None, None
        first = next(self._reader.nested(value).read(), None)
        kind, name = object_of(first) if first is not None else (None, None)
        if name is None or _STAND_IN in name.name or _STAND_IN in (name.schema or ""):
            return None, None
        return kind, name

    def _expressions(self, node: object, place: _Place, line: int | None = None) -> Iterator[AnyChange]:
        """All expressions below a node."""
        if line is None:
            line = node.get("lineno", 1) if isinstance(node, dict) else 1
        for expression in expressions_in(node):
            yield from self._expression(expression, place, line)

    def _expression(self, wrapped: Node, place: _Place, line: int) -> Iterator[AnyChange]:
        """What evaluating an expression does: tables it reads, functions it calls."""
        text = expression_text(wrapped)
        if "(" not in text and "from" not in text.lower():
            return
        tree = parse_one(f"SELECT {text}")
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

    _handlers: ClassVar[dict[str, Callable[[_Walk, Node, _Place], Iterator[AnyChange]]]] = {
        "PLpgSQL_stmt_block": _stmt_block,
        "PLpgSQL_stmt_if": _stmt_if,
        "PLpgSQL_stmt_case": _stmt_case,
        "PLpgSQL_stmt_loop": _stmt_loop,
        "PLpgSQL_stmt_while": _stmt_while,
        "PLpgSQL_stmt_fori": _stmt_fori,
        "PLpgSQL_stmt_foreach_a": _stmt_foreach_a,
        "PLpgSQL_stmt_fors": _stmt_fors,
        "PLpgSQL_stmt_forc": _stmt_forc,
        "PLpgSQL_stmt_dynfors": _stmt_dynfors,
        "PLpgSQL_stmt_execsql": _stmt_execsql,
        "PLpgSQL_stmt_perform": _stmt_perform,
        "PLpgSQL_stmt_call": _stmt_call,
        "PLpgSQL_stmt_assign": _stmt_assign,
        "PLpgSQL_stmt_dynexecute": _stmt_dynexecute,
        "PLpgSQL_stmt_return_query": _stmt_return_query,
        "PLpgSQL_stmt_open": _stmt_open,
        "PLpgSQL_stmt_commit": _stmt_commit,
        "PLpgSQL_stmt_rollback": _stmt_rollback,
    }
