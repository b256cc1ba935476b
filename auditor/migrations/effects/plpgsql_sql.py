"""The SQL in a PL/pgSQL body: static statements, expressions, and what EXECUTE is given."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import msgspec

from auditor.migrations.effects.guards import Guards, combined, insufficient
from auditor.migrations.effects.plpgsql_tree import expression_text, expressions_in, parse_one, shortened
from auditor.migrations.effects.plpgsql_values import Variables
from auditor.migrations.effects.reader import Reader
from auditor.migrations.effects.rows import accesses_of_tree
from auditor.migrations.effects.subjects import object_of
from auditor.model.change import AnyChange, Harmless, Name, Unknown
from auditor.sql.tree import Node
from auditor.sql.values import WORLD, Environment

_STAND_IN = "auditor_does_not_know"

MAX_DEPTH = 4
"""Bodies and dynamic statements within one another that are followed."""


class Place(NamedTuple):
    """Under which conditions a statement stands."""

    conditional: bool = False
    guards: Guards = ()

    def within(self, guards: Guards = ()) -> Place:
        """The same, inside a condition."""
        # A guard around what is not understood is necessary, no longer sufficient.
        known = self.guards if guards or not self.guards else insufficient(self.guards)
        return Place(True, (*known, *guards))


class SqlOfBody:
    """What the SQL of a body would do, each piece where it stands.

    Args:
        reader: of the statement that holds the body.
        line: 0-based line of the body's beginning within the statement.
        inside: what the changes are marked with.
        variables: of the body.
    """

    def __init__(self, reader: Reader, line: int, inside: str, variables: Variables) -> None:
        self._reader = reader
        self._line = line
        self._inside = inside
        self._variables = variables

    def _sql(self, wrapped: Node, place: Place, line: int) -> Iterator[AnyChange]:
        text = wrapped["PLpgSQL_expr"].get("query", "")
        yield from self._placed(
            self._reader.nested(text, self._variables.known).read(), place, line, keep_lines=True
        )

    def _query(self, body: Node, place: Place) -> Iterator[AnyChange]:
        line = body.get("lineno", 1)
        if "query" in body:
            yield from self._sql(body["query"], place, line)
        if "dynquery" in body:
            yield from self._dynamic(body["dynquery"], place, line, body.get("params", ()))
        yield from self._expressions(body.get("params"), place, line)

    def _dynamic(self, wrapped: Node, place: Place, line: int, using: Iterable[Node]) -> Iterator[AnyChange]:
        yield from self._expression(wrapped, place, line)
        value = self._variables.value(wrapped)
        if self._variables.world is not None and self._variables.world.asked:
            place = place.within()  # what was looked up holds for the catalog in memory
        if isinstance(value, str) and self._reader.depth + 1 < MAX_DEPTH:
            yield from self._placed(self._reader.nested(value, self._given(using)).read(), place, line)
            return
        text = " ".join(wrapped["PLpgSQL_expr"].get("query", "").split())
        kind, name = self._dynamic_target(wrapped)
        unknown = Unknown(
            detail=f"dynamic SQL: {shortened(text)}", text=text, certainty="unknown", kind=kind, name=name
        )
        yield from self._placed([unknown], place, line)

    def _given(self, using: Iterable[Node]) -> Environment:
        """The values of USING, as the dynamic statement knows them."""
        values = [self._variables.value(expression) for expression in using]
        given = {f"${at}": value for at, value in enumerate(values, start=1) if value is not None}
        return given if self._variables.world is None else {**given, WORLD: self._variables.world}

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

    def _expressions(self, node: object, place: Place, line: int | None = None) -> Iterator[AnyChange]:
        """All expressions below a node."""
        if line is None:
            line = node.get("lineno", 1) if isinstance(node, dict) else 1
        for expression in expressions_in(node):
            yield from self._expression(expression, place, line)

    def _expression(self, wrapped: Node, place: Place, line: int) -> Iterator[AnyChange]:
        """What evaluating an expression does: tables it reads, functions it calls."""
        text = expression_text(wrapped)
        if "(" not in text and "from" not in text.lower():
            return
        tree = parse_one(f"SELECT {text}")
        if tree is None:
            unknown = Unknown(detail=f"expression: {shortened(text)}", text=text, certainty="unknown")
            yield from self._placed([unknown], place, line)
        else:
            yield from self._placed(accesses_of_tree(tree, self._variables.known), place, line)

    def _placed(
        self, changes: Iterable[AnyChange], place: Place, line: int, *, keep_lines: bool = False
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
