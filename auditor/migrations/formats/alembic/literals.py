"""The string expressions of a Python file: their values, and where in the file each character comes from.

https://docs.python.org/3/reference/lexical_analysis.html#string-and-bytes-literals
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple


class Part(NamedTuple):
    """A constant part of an f-string or template: its text, and where in the literal's value it begins."""

    text: str
    start: int


@dataclass(frozen=True, slots=True)
class Literal:
    """A string expression; several strings side by side are one.

    Attributes:
        value: what it is; of an f-string the constant parts, one behind the other.
        places: for each character of the value the character of the file.
        parts: of an f-string, else empty.
    """

    value: str
    places: Sequence[int]
    parts: tuple[Part, ...] = ()


def read_literal(node: ast.expr, source: str, start: int) -> Literal | None:
    """A string or f-string, or None where its text cannot be followed.

    Args:
        node: the expression.
        source: its text.
        start: where that begins in the file.
    """
    if isinstance(node, ast.JoinedStr):
        return _read_formatted(node, source, start)
    if not isinstance(node, ast.Constant):
        return None
    texts: list[str] = []
    places: list[int] = []
    for at, token in _string_tokens(source):
        for text, place in _characters(token):
            texts.append(text)
            places += [start + at + place] * len(text)
    value = "".join(texts)
    return Literal(value, places) if value == node.value else None


def template_parts(literal: Literal) -> tuple[Part, ...]:
    """The parts between the holes of a template for `str.format()` or `%`."""
    parts = []
    position = 0
    for hole in _HOLE.finditer(literal.value):
        parts.append(Part(literal.value[position : hole.start()], position))
        position = hole.end()
    return (*parts, Part(literal.value[position:], position))


# Private

_HOLE = re.compile(r"\{[^{}\n]*\}|%\(\w+\)s|%s")
_OPENING = re.compile(r"[A-Za-z]{0,2}(?:\"\"\"|'''|\"|')")
_ESCAPE = re.compile(
    r"""\\(?:\r\n|[\n\r\\'"abfnrtv]|[0-7]{1,3}|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|N\{[^}]*\})|\r\n|\r"""
)


def _string_tokens(source: str) -> Iterator[tuple[int, str]]:
    """The string tokens of an expression, each with its place."""
    lines = [0]
    for line in source.split("\n"):
        lines.append(lines[-1] + len(line) + 1)
    try:
        # In parentheses, so that it may go over several lines.
        for token in tokenize.generate_tokens(io.StringIO(f"({source})").readline):
            if token.type == tokenize.STRING:
                row, column = token.start
                at = lines[row - 1] + column - (1 if row == 1 else 0)
                yield at, source[at : at + len(token.string)]
    except (tokenize.TokenError, SyntaxError):
        return


def _characters(token: str) -> Iterator[tuple[str, int]]:
    """Pieces of a string token's value, each with its place in the token."""
    opening = _OPENING.match(token)
    if opening is None:
        return
    raw = "r" in opening.group().lower()
    position = opening.end()
    last = len(token) - len(opening.group().lstrip("rRbBuUfF"))
    while position < last:
        escape = _ESCAPE.search(token, position, last)
        stop = escape.start() if escape else last
        yield from ((token[place], place) for place in range(position, stop))
        if escape is None:
            return
        written = escape.group()
        if written in ("\r\n", "\r"):
            yield "\n", escape.start()
        elif raw and written[1] == "\r":
            yield from (("\\", escape.start()), ("\n", escape.start() + 1))
        elif raw:
            yield from ((character, escape.start() + number) for number, character in enumerate(written))
        elif written[1] not in "\r\n":
            yield ast.literal_eval(f"'{written}'"), escape.start()
        position = escape.end()


def _read_formatted(node: ast.JoinedStr, source: str, start: int) -> Literal | None:
    """The constant parts of an f-string, looked for in its text one after the other.

    Python tells the places of the parts only since 3.12. A part with an escape other than `{{` is not found.
    """
    parts: list[str] = [""]
    for value in node.values:
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            parts[-1] += value.value
        else:
            parts.append("")
    text = source.replace("\r\n", " \n")  # as long as it was, and with Python's line ends
    opening = _OPENING.match(text)
    position = opening.end() if opening else 0
    places: list[int] = []
    found: list[Part] = []
    for part in parts:
        written = part.replace("{", "{{").replace("}", "}}")
        if "\r" in source:
            written = written.replace("\n", " \n")
        position = text.find(written, position)
        if position < 0:
            return None
        found.append(Part(part, len(places)))
        for character in part:
            if character == "\n" and "\r" in source:
                position += 1
            places.append(start + position)
            position += 2 if character in "{}" else 1
    return Literal("".join(parts), places, tuple(found))
