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
from typing import ClassVar

import msgspec

from auditor.migrations.effects.guards import Guards, guard_of_handler, insufficient, negated
from auditor.migrations.effects.plpgsql_sql import MAX_DEPTH, Place, SqlOfBody
from auditor.migrations.effects.plpgsql_tree import jumps_far, surely_leaves
from auditor.migrations.effects.plpgsql_values import Variables
from auditor.migrations.effects.reader import Reader
from auditor.migrations.effects.words import changes_by_words
from auditor.model.change import AnyChange, Rows, Transaction, Unknown
from auditor.sql import UnreadableSql, grammar
from auditor.sql.tree import Node, kind_and_body
from auditor.sql.values import Environment, Value, as_integer

MAX_ROUNDS = 1_000
"""Rounds of loops over values that are known, run through in one body; loops beyond are read once."""

MAX_STATEMENTS = 5_000
"""Statements that are run through in one body; beyond, it is not understood."""


def changes_of_plpgsql(
    text: str, reader: Reader, line: int, inside: str, parameters: Environment | None = None
) -> Iterator[AnyChange]:
    """What a PL/pgSQL body would do.

    Args:
        text: the body.
        reader: of the CREATE FUNCTION or DO statement.
        line: 0-based line of the body's beginning within the statement.
        inside: what the changes are marked with.
        parameters: values of those parameters that are known, by name and by `$n`.
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
            yield from _Walk(function, reader, line, inside, parameters).run()


class _Walk(SqlOfBody):
    """One walk through a body, in the order of its text.

    Where a condition is known the walk goes where PostgreSQL would go; where it is not, it reads every branch,
    each from what was known before it, and knows afterwards only what no branch may have changed.
    """

    def __init__(
        self, function: Node, reader: Reader, line: int, inside: str, parameters: Environment | None
    ) -> None:
        super().__init__(reader, line, inside, Variables(function, parameters))
        self._function = function
        self._rounds_left = MAX_ROUNDS
        self._statements_left = MAX_STATEMENTS
        self._left = ""
        """`return`, `exit` or `continue`, when the walk has surely left what it stands in."""
        self._may_have_left: set[str] = set()
        """The same, of the present statement, when it may have left."""

    def run(self) -> Iterator[AnyChange]:
        """All changes of the body."""
        place = Place()
        for datum in self._function.get("datums", ()):
            variable = datum.get("PLpgSQL_var", {})
            if (cursor := variable.get("cursor_explicit_expr")) is not None:
                yield from self._sql(cursor, place, variable.get("lineno", 1))
        yield from self._declarations(None, place)
        yield from self._statement(self._function.get("action", {}), place)

    # Statements

    def _statements(self, nodes: Iterable[Node], place: Place) -> Iterator[AnyChange]:
        before = self._may_have_left
        for node in nodes:
            self._may_have_left = set()
            yield from self._statement(node, place)
            may_have_left, self._may_have_left = self._may_have_left, before | self._may_have_left
            before = self._may_have_left
            if self._left:
                return
            if may_have_left:
                place = self._after_leaving(node, place)

    def _statement(self, node: Node, place: Place) -> Iterator[AnyChange]:
        kind, body = kind_and_body(node)
        self._statements_left -= 1
        if self._statements_left < 0:
            if self._statements_left == -1:
                reason = f"more than {MAX_STATEMENTS} statements in one run of a body"
                yield from self._placed(
                    [Unknown(detail=reason, certainty="unknown")], place, body.get("lineno", 1)
                )
            self._left = "return"
        elif (handler := self._handlers.get(kind)) is not None:
            yield from handler(self, body, place)
        else:
            yield from self._expressions(body, place)
            self._variables.forget_set_in(node)

    def _declarations(self, block: Node | None, place: Place) -> Iterator[AnyChange]:
        for variable in self._variables.declared_in(block):
            if (default := variable.get("default_val")) is not None:
                yield from self._expression(default, place, variable.get("lineno", 1))
            self._variables.declare(variable, surely=block is not None)

    def _stmt_block(self, body: Node, place: Place) -> Iterator[AnyChange]:
        yield from self._declarations(body, place)
        handlers = body.get("exceptions", {}).get("PLpgSQL_exception_block", {}).get("exc_list", ())
        if not handlers:
            yield from self._statements(body.get("body", ()), place)
            if jumps_far(body):
                self._variables.forget_set_in(body)
            return
        conditions = [
            condition["PLpgSQL_condition"].get("condname", "")
            for handler in handlers
            for condition in handler["PLpgSQL_exception"].get("conditions", ())
        ]
        changes = list(self._statements(body.get("body", ()), place.within()))
        self._perhaps()
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

    def _stmt_if(self, body: Node, place: Place) -> Iterator[AnyChange]:
        elsifs = [wrapped["PLpgSQL_if_elsif"] for wrapped in body.get("elsif_list", ())]
        branches = [
            (body["cond"], body.get("then_body", ())),
            *((one["cond"], one.get("stmts", ())) for one in elsifs),
        ]
        yield from self._choice(branches, body.get("else_body", ()), body, place)

    def _stmt_case(self, body: Node, place: Place) -> Iterator[AnyChange]:
        if "t_expr" in body:
            yield from self._expression(body["t_expr"], place, body.get("lineno", 1))
            self._variables.set_value(body.get("t_varno", -1), self._variables.value(body["t_expr"]))
        branches = [
            (branch["expr"], branch.get("stmts", ()))
            for wrapped in body.get("case_when_list", ())
            for branch in wrapped.values()
        ]
        yield from self._choice(branches, body.get("else_stmts", ()), body, place)

    def _choice(
        self, branches: list[tuple[Node, list[Node]]], otherwise: list[Node], body: Node, place: Place
    ) -> Iterator[AnyChange]:
        """The branches of IF and CASE: the one that is taken, or those that may be."""
        line = body.get("lineno", 1)
        may_be_taken = False
        remaining: Guards = ()
        for condition, statements in branches:
            yield from self._expression(condition, place.within() if may_be_taken else place, line)
            holds = self._variables.holds(condition)
            if holds is False:
                continue
            if holds:
                otherwise = statements
                break
            guards = self._variables.condition(condition)
            # That the conditions before it failed is part of the condition too.
            known, left_over = (
                (insufficient(guards), insufficient(remaining)) if may_be_taken else (guards, negated(guards))
            )
            yield from self._branch(statements, place.within(known))
            may_be_taken, remaining = True, left_over
        if not may_be_taken:
            yield from self._statements(otherwise, place)
            return
        yield from self._branch(otherwise, place.within(remaining))
        self._variables.forget_set_in(body)

    def _stmt_return(self, body: Node, place: Place) -> Iterator[AnyChange]:
        yield from self._expressions(body, place)
        self._left = "return"

    def _stmt_exit(self, body: Node, place: Place) -> Iterator[AnyChange]:
        kind = "exit" if body.get("is_exit") else "continue"
        yield from self._expressions(body, place)
        holds = self._variables.holds(body["cond"]) if "cond" in body else True
        if holds and "label" not in body:
            self._left = kind
        elif holds is not False:
            self._may_have_left.add(kind)

    def _stmt_loop(self, body: Node, place: Place) -> Iterator[AnyChange]:
        yield from self._while(body, None, place)

    def _stmt_while(self, body: Node, place: Place) -> Iterator[AnyChange]:
        yield from self._expression(body["cond"], place, body.get("lineno", 1))
        yield from self._while(body, body["cond"], place)

    def _stmt_fori(self, body: Node, place: Place) -> Iterator[AnyChange]:
        line = body.get("lineno", 1)
        bounds: list[int | None] = []
        for bound in ("lower", "upper", "step"):
            if bound in body:
                yield from self._expression(body[bound], place, line)
                bounds.append(as_integer(self._variables.value(body[bound])))
        first, last, step = (*bounds, 1)[:3]
        rounds: list[dict[str, Value]] | None = None
        if first is not None and last is not None and step is not None and step > 0:
            name = body["var"]["PLpgSQL_var"].get("refname", "")
            numbers = range(first, last - 1, -step) if body.get("reverse") else range(first, last + 1, step)
            rounds = [{name: number} for number in numbers[: MAX_ROUNDS + 1]]
        yield from self._rounds(body, rounds, place)

    def _stmt_foreach_a(self, body: Node, place: Place) -> Iterator[AnyChange]:
        yield from self._expression(body["expr"], place, body.get("lineno", 1))
        values = self._variables.value(body["expr"])
        name = self._variables.name(body.get("varno", -1))
        rounds: list[dict[str, Value]] | None = None
        nested = isinstance(values, list) and any(isinstance(value, list) for value in values)
        if isinstance(values, list) and body.get("slice", 0) == (1 if nested else 0):
            rounds = [{name: value} for value in values]
        yield from self._rounds(body, rounds, place)

    def _stmt_fors(self, body: Node, place: Place) -> Iterator[AnyChange]:
        yield from self._sql(body["query"], place, body.get("lineno", 1))
        yield from self._rounds(body, self._variables.rows(body["query"], body.get("var", {})), place)

    def _stmt_forc(self, body: Node, place: Place) -> Iterator[AnyChange]:
        yield from self._expressions({**body, "body": None}, place)
        yield from self._loop(body, place.within())

    def _stmt_dynfors(self, body: Node, place: Place) -> Iterator[AnyChange]:
        yield from self._stmt_dynexecute(body, place)
        yield from self._loop(body, place.within())

    def _stmt_execsql(self, body: Node, place: Place) -> Iterator[AnyChange]:
        yield from self._sql(body["sqlstmt"], place, body.get("lineno", 1))
        self._variables.select_into(body["sqlstmt"], body.get("target"))

    def _stmt_perform(self, body: Node, place: Place) -> Iterator[AnyChange]:
        yield from self._sql(body["expr"], place, body.get("lineno", 1))
        self._variables.select_into(body["expr"], None)

    def _stmt_call(self, body: Node, place: Place) -> Iterator[AnyChange]:
        yield from self._sql(body["expr"], place, body.get("lineno", 1))
        self._variables.forget_set_in({"PLpgSQL_stmt_call": body})

    def _stmt_assign(self, body: Node, place: Place) -> Iterator[AnyChange]:
        yield from self._expression(body["expr"], place, body.get("lineno", 1))
        self._variables.assign(body.get("varno", -1), body["expr"])

    def _stmt_dynexecute(self, body: Node, place: Place) -> Iterator[AnyChange]:
        yield from self._expressions(body.get("params"), place, body.get("lineno", 1))
        yield from self._dynamic(body["query"], place, body.get("lineno", 1), body.get("params", ()))
        self._variables.forget_set_in({"target": body.get("target")})

    def _stmt_return_query(self, body: Node, place: Place) -> Iterator[AnyChange]:
        yield from self._query(body, place)

    def _stmt_open(self, body: Node, place: Place) -> Iterator[AnyChange]:
        yield from self._query(body, place)
        yield from self._expressions(body.get("argquery"), place, body.get("lineno", 1))

    def _stmt_commit(self, body: Node, place: Place) -> Iterator[AnyChange]:
        yield from self._placed([Transaction(what="commit")], place, body.get("lineno", 1))

    def _stmt_rollback(self, body: Node, place: Place) -> Iterator[AnyChange]:
        yield from self._placed([Transaction(what="rollback")], place, body.get("lineno", 1))

    # Loops and branches

    def _branch(self, nodes: Iterable[Node], place: Place) -> Iterator[AnyChange]:
        """Statements that may be reached or not."""
        before = self._variables.save()
        yield from self._statements(nodes, place)
        self._variables.restore(before)
        self._perhaps()

    def _perhaps(self) -> None:
        """What surely left, if it was reached, may have left."""
        if self._left:
            self._may_have_left.add(self._left)
            self._left = ""

    def _loop(self, body: Node, place: Place) -> Iterator[AnyChange]:
        """A loop of which the rounds are not known, read once."""
        self._variables.forget_set_in(body)
        yield from self._branch(body.get("body", ()), place)
        if not jumps_far(body):
            self._may_have_left -= {"exit", "continue"}

    def _rounds(self, body: Node, rounds: list[dict[str, Value]] | None, place: Place) -> Iterator[AnyChange]:
        """A loop over values that the text gives is run through; any other is read once, as it may be."""
        if rounds is None or len(rounds) > self._rounds_left or jumps_far(body):
            yield from self._loop(body, place.within())
            return
        self._rounds_left -= len(rounds)
        said: set[AnyChange] = set()
        for values in rounds:
            self._variables.set_round(values)
            yield from _once(self._statements(body.get("body", ()), place), said)
            ended = self._ends_round(body)
            self._variables.forget(values)
            if ended:
                break
            if self._may_have_left:
                place = place.within()
        self._ends_loop(body)

    def _while(self, body: Node, condition: Node | None, place: Place) -> Iterator[AnyChange]:
        """A loop that ends by a condition, run through as long as that is known."""
        said: set[AnyChange] = set()
        first = True
        while self._rounds_left > 0 and not jumps_far(body):
            holds = condition is None or self._variables.holds(condition)
            if holds is False:
                return
            if holds is None:
                break
            self._rounds_left -= 1
            before = self._variables.save()
            changes = list(self._statements(body.get("body", ()), place))
            if first and self._may_have_left:
                self._variables.restore(before)
                self._left = ""
                self._may_have_left = set()
                break
            yield from _once(changes, said)
            first = False
            if self._ends_round(body):
                self._ends_loop(body)
                return
            if self._may_have_left:
                break
        yield from self._loop(body, place.within())

    def _ends_round(self, body: Node) -> bool:
        """A round is over; whether the loop surely is, too."""
        left, self._left = self._left, ""
        if left == "return":
            self._left = left
        if "continue" in self._may_have_left:
            self._may_have_left.discard("continue")
            self._variables.forget_set_in(body)
        return left in ("return", "exit")

    def _ends_loop(self, body: Node) -> None:
        if "exit" in self._may_have_left:
            self._may_have_left.discard("exit")
            self._variables.forget_set_in(body)
        self._variables.forget({"found"})

    def _after_leaving(self, node: Node, place: Place) -> Place:
        """What holds behind a statement that may have left the body."""
        body = node.get("PLpgSQL_stmt_if")
        simple = body is not None and "elsif_list" not in body and "else_body" not in body
        if body is not None and simple and surely_leaves(body.get("then_body", ())):
            return place.within(negated(self._variables.condition(body["cond"])))
        return place.within()

    _handlers: ClassVar[dict[str, Callable[[_Walk, Node, Place], Iterator[AnyChange]]]] = {
        "PLpgSQL_stmt_block": _stmt_block,
        "PLpgSQL_stmt_if": _stmt_if,
        "PLpgSQL_stmt_case": _stmt_case,
        "PLpgSQL_stmt_return": _stmt_return,
        "PLpgSQL_stmt_exit": _stmt_exit,
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


def _once(changes: Iterable[AnyChange], said: set[AnyChange]) -> Iterator[AnyChange]:
    """Changes without those reads and writes of rows that an earlier round has named already."""
    for change in changes:
        if isinstance(change, Rows) and change.access.action != "call":
            if change in said:
                continue
            said.add(change)
        yield change
