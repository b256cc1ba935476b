"""Where in a revision's file the SQL stands that it ran: the string, or the call that made it.

Works on the text of the file alone. A statement that stands in a string is found there, also one of several in the
same string, behind escapes, in an f-string or in text that the code has dedented; any other has the place of the
call.
"""

from __future__ import annotations

import ast
import codecs
import io
import re
import tokenize
import warnings
from bisect import bisect_right
from collections.abc import Callable, Sequence
from functools import cached_property

from auditor.migrations.formats.alembic.literals import Literal, read_literal, template_parts
from auditor.migrations.splitting import Piece, split
from auditor.model import Statement

Span = Sequence[int]
"""Line, end line, column, end column of an expression, as in `ast`: lines from 1, columns from 0 in bytes."""

_SHORT = 8
"""A text shorter than this is looked for in the strings of the call only: elsewhere it may stand by chance."""


class RevisionSource:
    """The text of a revision's file.

    Args:
        file: as :class:`~auditor.model.Location` names it.
        data: its bytes.
    """

    def __init__(self, file: str, data: bytes) -> None:
        self.file = file
        self.data = data
        self._read: dict[int, Literal | None] = {}

    def place(self, text: str, calls: Sequence[Span]) -> list[Statement]:
        """The statements of a text that a revision ran.

        Args:
            text: one statement or several.
            calls: the expressions of the file that were being evaluated, innermost first.
        """
        pieces = split(text)
        if not pieces:
            return []
        places = self._find(text, calls)
        call = self._character(calls[0][0], calls[0][2]) if calls else 0
        return [self._statement(text, piece, places, call) for piece in pieces]

    @cached_property
    def upgrade_line(self) -> int:
        """1-based line of `def upgrade`."""
        for node in self._tree.body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == "upgrade":
                return node.lineno
        return 1

    # Private

    @cached_property
    def _text(self) -> str:
        try:
            encoding, _ = tokenize.detect_encoding(io.BytesIO(self.data).readline)
            return self.data.decode(encoding)
        except (SyntaxError, UnicodeDecodeError, LookupError):
            return self.data.decode("latin-1")

    @cached_property
    def _tree(self) -> ast.Module:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # invalid escapes
            try:
                return ast.parse(self.data)
            except (SyntaxError, ValueError):
                return ast.Module([], [])

    @cached_property
    def _lines(self) -> list[int]:
        """Where each line begins, in characters."""
        return [0, *(match.end() for match in re.finditer(r"\r\n|\n|\r", self._text))]

    @cached_property
    def _strings(self) -> list[tuple[ast.expr, int, int]]:
        """Every string expression with its place in characters; the parts of f-strings are left out."""
        nodes = list(ast.walk(self._tree))
        within = {
            id(part)
            for node in nodes
            if isinstance(node, ast.JoinedStr)
            for part in ast.walk(node)
            if part is not node
        }
        return [
            (node, self._character(node.lineno, node.col_offset), self._end_of(node))
            for node in nodes
            if isinstance(node, ast.JoinedStr | ast.Constant) and id(node) not in within
            if isinstance(node, ast.JoinedStr) or isinstance(node.value, str)
        ]

    def _character(self, line: int, column: int) -> int:
        start = self._lines[line - 1]
        end = self._lines[line] if line < len(self._lines) else len(self._text)
        return start + len(self._text[start:end].encode()[:column].decode("utf-8", "replace"))

    def _end_of(self, node: ast.expr) -> int:
        return self._character(node.end_lineno or node.lineno, node.end_col_offset or 0)

    def _find(self, text: str, calls: Sequence[Span]) -> Sequence[int] | None:
        """For each character of a text the character of the file it comes from; None if it stands in no string.

        Looked through in this order: the strings within the calls, innermost first, then all others, nearest
        first (a constant that the call names).
        """
        spans = [(self._character(c[0], c[2]), self._character(c[1], c[3])) for c in calls]
        for start, end in spans:
            within = [item for item in self._strings if start <= item[1] and item[2] <= end]
            if (found := self._find_in(within, text)) is not None:
                return found
        if len(text.strip()) < _SHORT:
            return None
        nearest = spans[0][0] if spans else 0
        others = sorted(self._strings, key=lambda item: abs(item[1] - nearest))
        return self._find_in(others, text)

    def _find_in(self, strings: Sequence[tuple[ast.expr, int, int]], text: str) -> Sequence[int] | None:
        ways: tuple[Callable[[str, Literal], Sequence[int] | None], ...]
        ways = (_same, _containing, _formatted, _same_lines)
        for way in ways:
            for node, start, end in strings:
                literal = self._literal(node, start, end)
                if literal is not None and (found := way(text, literal)) is not None:
                    return found
        return None

    def _literal(self, node: ast.expr, start: int, end: int) -> Literal | None:
        if start not in self._read:
            self._read[start] = read_literal(node, self._text[start:end], start)
        return self._read[start]

    def _statement(self, text: str, piece: Piece, places: Sequence[int] | None, call: int) -> Statement:
        written = text[piece.start : piece.end]
        first = places[piece.start] if places is not None else -1
        start = end = -1
        if first < 0:
            first = call
        elif self._text.startswith(written, first):
            start = len(self._text[:first].encode())
            if self.data.startswith(codecs.BOM_UTF8):
                start += len(codecs.BOM_UTF8)
            end = start + len(written.encode())
            if self.data[start:end] != written.encode():  # the file is not UTF-8
                start = end = -1
        line = bisect_right(self._lines, first)
        return Statement(
            written,
            self.file,
            line,
            first - self._lines[line - 1] + 1,
            start,
            end,
            problem=piece.problem,
            not_sql=piece.not_sql,
            data=piece.data,
        )


# Private: the ways in which a string of a file can have become a text


def _same(text: str, literal: Literal) -> Sequence[int] | None:
    return literal.places if not literal.parts and literal.value == text else None


def _containing(text: str, literal: Literal) -> Sequence[int] | None:
    """More stands around it: the code has stripped the string, or split it itself."""
    bare = text.strip()
    at = literal.value.find(bare) if bare and not literal.parts else -1
    if at < 0:
        return None
    # No statement begins with a blank, so what was put around may have no place.
    before = text.index(bare[0])
    places = [-1] * before
    places += literal.places[at : at + len(bare)]
    return places + [-1] * (len(text) - len(places))


def _formatted(text: str, literal: Literal) -> Sequence[int] | None:
    """An f-string, or the template of `format()` or `%`. What fills a hole has the hole's place."""
    parts = literal.parts or template_parts(literal)
    if len(parts) < 2 or sum(len(part.text.strip()) for part in parts) < _SHORT:
        return None
    if not text.startswith(parts[0].text) or not text.endswith(parts[-1].text):
        return None
    places: list[int] = []
    for number, part in enumerate(parts):
        last = number == len(parts) - 1
        found = len(text) - len(part.text) if last else text.find(part.text, len(places))
        if found < len(places):
            return None
        hole = places[-1] + 1 if places else literal.places[0]
        places += [hole] * (found - len(places))
        places += literal.places[part.start : part.start + len(part.text)]
    return places


def _same_lines(text: str, literal: Literal) -> Sequence[int] | None:
    """The same lines, indented otherwise: the code has dedented the string."""
    given = text.split("\n")
    filled = [number for number, line in enumerate(given) if line.strip()]
    if literal.parts or not filled:
        return None
    lines = literal.value.split("\n")
    bare = [line.strip() for line in lines]
    wanted = [line.strip() for line in given[filled[0] : filled[-1] + 1]]
    first = next((n for n in range(len(bare)) if bare[n : n + len(wanted)] == wanted), None)
    if first is None:
        return None
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    places: list[int] = []
    for number, line in enumerate(given):
        source = first + number - filled[0]
        content = line.strip()
        row = [-1] * (len(line) + 1)
        if content and 0 <= source < len(lines):
            at = starts[source] + lines[source].index(content[0])
            indent = line.index(content[0])
            row[indent : indent + len(content)] = literal.places[at : at + len(content)]
        places += row
    return places
