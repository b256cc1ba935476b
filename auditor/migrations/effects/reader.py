"""What the handlers of statements share: the text that is being read, and a way to read a part of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import msgspec

from auditor.model.change import AnyChange, Unknown
from auditor.sql import UnreadableSql, grammar
from auditor.sql.text import Text
from auditor.sql.tree import Node
from auditor.sql.values import Environment

Handler = Callable[[Node, "Reader"], Iterable[AnyChange]]
"""Takes the body of a statement's node; gives what the statement asks for."""


class Reader:
    """A text being read.

    Attributes:
        text: what was parsed; positions in nodes point into it.
        start, end: byte range of the top-level statement being read within the text.
        whole: whether the node being read is that whole statement, not a part of it.
        compared: whether sqlglot reads data statements as well, to say in `parser` who understood them.
        depth: how many bodies and dynamic statements this text stands in.
        known: values of the variables and parameters that the text may name.
    """

    def __init__(
        self,
        text: str,
        dispatch: Callable[[Node, Reader], Iterator[AnyChange]],
        depth: int = 0,
        known: Environment | None = None,
        *,
        compared: bool = True,
    ) -> None:
        self.known: Environment = known if known is not None else {}
        self.text = Text(text)
        self.start, self.end = 0, len(self.text.data)
        self.whole = True
        self.compared = compared
        self.depth = depth
        self._dispatch = dispatch

    @property
    def statement_text(self) -> str:
        """The text of the top-level statement being read."""
        return self.text.slice(self.start, self.end)

    def statement(self, node: Node) -> Iterator[AnyChange]:
        """What a statement within the statement asks for: an element of CREATE SCHEMA, the query of EXPLAIN."""
        whole, self.whole = self.whole, False
        yield from self._dispatch(node, self)
        self.whole = whole

    def read(self) -> Iterator[AnyChange]:
        """What every statement of the text asks for; text that cannot be parsed is one Unknown."""
        try:
            statements = grammar.parse(self.text.text)
        except UnreadableSql as error:
            yield Unknown(
                detail=error.message,
                text=self.text.text,
                certainty="unknown",
                line_offset=self.text.line_of(error.position or 0),
            )
            return
        for statement in statements:
            self.start = statement.get("stmt_location", 0)
            length = statement.get("stmt_len", 0)
            self.end = self.start + length if length else len(self.text.data)
            line = self.text.line_of(self.start)
            for change in self._dispatch(statement["stmt"], self):
                if line:
                    yield msgspec.structs.replace(change, line_offset=change.line_offset + line)
                else:
                    yield change

    def nested(self, text: str, known: Environment | None = None) -> Reader:
        """A reader for the text of a body, or of a dynamic statement."""
        return Reader(text, self._dispatch, self.depth + 1, known, compared=self.compared)
