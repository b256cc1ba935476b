"""A page of text: spans with a style, made harmless for terminals in one place, at the end.

Names and bodies of objects come from files and databases that others write. A name may hold an escape
sequence that would clear the screen or forge a verdict; it is shown, never sent.
"""

from __future__ import annotations

import re
import textwrap
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

Style = Literal["plain", "bold", "dim", "red", "green", "yellow", "cyan"]
Span = tuple[Style, str]

_SGR: dict[Style, str] = {
    "bold": "1",
    "dim": "2",
    "red": "1;31",
    "green": "1;32",
    "yellow": "1;33",
    "cyan": "36",
}
"""https://www.ecma-international.org/publications-and-standards/standards/ecma-48/ section 8.3.117"""


class Page:
    """Lines of spans, to be turned into text at once.

    Args:
        width: columns at which prose is wrapped; names and SQL are never broken.
        color: whether styles are shown.
    """

    def __init__(self, width: int = 80, *, color: bool = False) -> None:
        self.width = width
        self.color = color
        self._lines: list[tuple[Span, ...]] = []

    def line(self, *spans: Span | str) -> None:
        """One line; a plain string is a span without style. A line feed within is shown, not sent."""
        self._lines.append(tuple(("plain", span) if isinstance(span, str) else span for span in spans))

    def blank(self) -> None:
        """An empty line, unless the page is empty or the last one is."""
        if self._lines and self._lines[-1]:
            self._lines.append(())

    def prose(self, text: str, indent: int = 0, style: Style = "plain") -> None:
        """A paragraph, wrapped at the page's width."""
        for piece in wrapped(text, self.width - indent):
            self.line(" " * indent, (style, piece))

    def row(self, label: str, text: str, *, indent: int = 2, column: int = 11, style: Style = "plain") -> None:
        """A label and wrapped prose beside it."""
        head = label.ljust(column)
        for piece in wrapped(text, self.width - indent - len(head)) or [""]:
            self.line(" " * indent, ("dim", head), (style, piece))
            head = " " * len(head)

    def verbatim(self, label: str, text: str, *, indent: int = 2, column: int = 11) -> None:
        """A label and lines beside it that are to be copied: never wrapped."""
        head = label.ljust(column)
        for piece in text.split("\n"):
            self.line(" " * indent, ("dim", head), piece)
            head = " " * len(head)

    def table(self, rows: Sequence[Sequence[Span | str]], indent: int = 0) -> None:
        """Columns as wide as their widest cell; the last is prose, wrapped in the room that is left.

        Where the columns before leave it too little room the prose stands below its row.
        """
        cells: list[list[Span]] = [[("plain", c) if isinstance(c, str) else c for c in row] for row in rows]
        widths = [max(width_of(visible(text)) for _, text in column) for column in zip(*cells, strict=True)]
        lead = indent + sum(width + 2 for width in widths[:-1])
        for row in cells:
            style, prose = row[-1]
            head = [("plain", " " * indent), *_padded(row[:-1], widths)] if widths[:-1] else []
            if self.width - lead >= min(_ROOM, widths[-1]):
                pieces = wrapped(prose, self.width - lead) or [""]
                self.line(*head, (style, pieces[0]))
                under, rest = lead, pieces[1:]
            else:
                self.line(*head)
                under = indent + (widths[0] + 2 if len(widths) > 2 else 4)
                rest = wrapped(prose, self.width - under) if prose else []
            for piece in rest:
                self.line(" " * under, (style, piece))

    def listed(self, rows: Sequence[Sequence[Span | str]], indent: int = 0) -> None:
        """Columns, and behind the last one what more there is to say of it, as far as the line goes; else below.

        Each row ends with that, which may be empty.
        """
        cells: list[list[Span]] = [[("plain", c) if isinstance(c, str) else c for c in row] for row in rows]
        widths = [max(width_of(visible(text)) for _, text in column) for column in zip(*cells, strict=True)]
        under = indent + sum(width + 2 for width in widths[:-2]) + 2
        for row in cells:
            *columns, name, (style, more) = row
            head: list[Span] = [("plain", " " * indent), *_padded(columns, widths), name]
            taken = sum(width_of(visible(text)) for _, text in head)
            if more and taken + 2 + width_of(visible(more)) <= self.width:
                self.line(*head, (style, f"  {more}"))
                continue
            self.line(*head)
            for piece in wrapped(more, self.width - under) if more else ():
                self.line(" " * under, (style, piece))

    def text(self) -> str:
        """All lines, each ended by a line feed."""
        while self._lines and not self._lines[-1]:
            self._lines.pop()
        return "".join(self._rendered(spans) + "\n" for spans in self._lines)

    def _rendered(self, spans: Iterable[Span]) -> str:
        parts = []
        for style, text in spans:
            shown = visible(text)
            code = _SGR.get(style) if self.color and shown.strip() else None
            parts.append(f"\x1b[{code}m{shown}\x1b[0m" if code else shown)
        return "".join(parts).rstrip()


def visible(text: str) -> str:
    """The text with every character that a terminal would act upon, or not show, written as an escape.

    That is the control characters (C0, C1, DEL) but for the tab, the format characters (those that turn
    the direction of writing among them), line and paragraph separators, and lone surrogates.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(_escaped(c) if unicodedata.category(c) in _HIDDEN and c != "\t" else c for c in text)


def wrapped(text: str, width: int) -> list[str]:
    """Lines of at most `width` columns where words allow; line feeds are kept.

    What stands in backticks is one word: a command is to be copied whole.
    """
    lines: list[str] = []
    for paragraph in _COMMAND.sub(lambda found: found[0].replace(" ", _BLANK), text).split("\n"):
        lines += textwrap.wrap(
            paragraph, max(width, 20), break_long_words=False, break_on_hyphens=False, replace_whitespace=False
        ) or [""]
    return [line.replace(_BLANK, " ") for line in lines]


def width_of(text: str) -> int:
    """Columns that a text takes: two for wide characters, none for combining ones.

    https://www.unicode.org/reports/tr11/
    """
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text
    )


def counted(number: int, noun: str) -> str:
    """`1 trigger`, `2 policies`."""
    if number == 1:
        return f"1 {noun}"
    if noun.endswith("criterion"):
        return f"{number} {noun.removesuffix('on')}a"
    if noun.endswith(("x", "s", "ch")):
        return f"{number} {noun}es"
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return f"{number} {noun[:-1]}ies"
    return f"{number} {noun}s"


# Private

_ROOM = 24
"""Columns that prose needs to be readable beside others."""

_COMMAND = re.compile(r"`[^`\n]+`")
_BLANK = "\0"  # which no text of a report can show
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def _padded(cells: Iterable[Span], widths: Sequence[int]) -> Iterator[Span]:
    for (style, text), width in zip(cells, widths, strict=False):
        yield style, text
        yield "plain", " " * (width - width_of(visible(text)) + 2)


def _escaped(character: str) -> str:
    code = ord(character)
    if character in "\n\r":
        return {"\n": "\\n", "\r": "\\r"}[character]
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
