"""The statements of a file: its bytes decoded, split, and each piece with its place."""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from auditor.migrations.placeholders import Edit, apply_edits, configured_variables, find_edits
from auditor.migrations.psql import Script
from auditor.migrations.splitting import Piece, split
from auditor.model import Statement

_UTF8_BOM = b"\xef\xbb\xbf"
_UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class Text:
    """A file's bytes as text.

    Attributes:
        text: without byte order mark; line ends as they stand in the file, since PostgreSQL stores the body of a
            function with them.
        encoding: `utf-8`, or `latin-1` where the bytes are not UTF-8.
        offset: bytes before the first character (the byte order mark).
        complaint: what is wrong with the bytes, though they could be read; or None.
        complaint_line: 1-based line it is about.
    """

    text: str
    encoding: str = "utf-8"
    offset: int = 0
    complaint: str | None = None
    complaint_line: int = 1


class UnreadableText(ValueError):
    """Bytes that are no text.

    Attributes:
        line: 1-based.
    """

    def __init__(self, message: str, line: int = 1) -> None:
        super().__init__(message)
        self.line = line


def decode(data: bytes) -> Text:
    """The text of a file.

    Raises:
        UnreadableText: UTF-16, or a NUL byte (at which C libraries would stop without a word).
    """
    if data.startswith(_UTF16_BOMS):
        raise UnreadableText("the file is UTF-16, PostgreSQL reads UTF-8")
    if (at := data.find(b"\0")) >= 0:
        raise UnreadableText(f"there is a NUL byte at offset {at}", data.count(b"\n", 0, at) + 1)
    offset = len(_UTF8_BOM) if data.startswith(_UTF8_BOM) else 0
    try:
        return Text(data[offset:].decode(), offset=offset)
    except UnicodeDecodeError as error:
        at = offset + error.start
        return Text(
            data[offset:].decode("latin-1"),
            "latin-1",
            offset,
            f"byte 0x{data[at]:02x} at offset {at} is not UTF-8: the file was read as Latin-1",
            data.count(b"\n", 0, at) + 1,
        )


def split_statements(
    source: Text | str,
    file: str,
    *,
    parts: Sequence[tuple[int, int]] | None = None,
    placeholders: Mapping[str, str] | None = None,
    script: Script | None = None,
) -> list[Statement]:
    """The statements of a text in order, each with line, column and byte range.

    Every token of the text lies in one statement; what is no SQL (a psql command, a broken string, a placeholder
    without a value) is a statement with a `problem`, and the statements around it are read.

    Args:
        source: a file's text, or a text that is a file of its own.
        file: the file as :class:`~auditor.model.Location` names it.
        parts: character ranges to read; None reads all. Migrations with up and down in one file have several.
        placeholders: see :func:`~auditor.migrations.placeholders.find_edits`.
        script: what psql knows when it comes to this text, and how it includes files.
    """
    decoded = Text(source) if isinstance(source, str) else source
    known = find_edits(decoded.text, placeholders or {})
    places = _Places(decoded)
    if script is None:
        script = Script(configured=configured_variables(placeholders or {}))
    statements = []
    for start, end in parts if parts is not None else [(0, len(decoded.text))]:
        for piece in split(decoded.text, start=start, end=end, known=known, script=script):
            statements.append(_statement(decoded, piece, file, known, places))
            statements += piece.included
    return statements


def checksum(data: bytes) -> str:
    """SHA-256 in hex, as in :attr:`~auditor.model.Migration.checksum`."""
    return hashlib.sha256(data).hexdigest()


# Private


class _Places:
    """Line, column and byte of characters that are asked for in ascending order."""

    def __init__(self, source: Text) -> None:
        self.source = source
        self.one_byte = source.encoding == "latin-1" or source.text.isascii()
        self.character = 0
        self.byte = source.offset
        self.line = 1

    def __call__(self, character: int) -> tuple[int, int, int]:
        text = self.source.text
        if character < self.character:
            self.character, self.byte, self.line = 0, self.source.offset, 1
        between = character - self.character
        self.line += text.count("\n", self.character, character)
        self.byte += between if self.one_byte else len(text[self.character : character].encode())
        self.character = character
        column = character - (text.rfind("\n", 0, character) + 1) + 1
        return self.line, column, self.byte


def _statement(source: Text, piece: Piece, file: str, known: Sequence[Edit], places: _Places) -> Statement:
    line, column, start = places(piece.start)
    _, _, end = places(piece.end)
    within = [*_between(known, piece.start, piece.end), *piece.edits]
    if within:
        within.sort()
        text = apply_edits(source.text, piece.start, piece.end, within)
        start = end = -1
    else:
        text = source.text[piece.start : piece.end]
    return Statement(
        text,
        file,
        line,
        column,
        start,
        end,
        problem=piece.problem,
        not_sql=piece.not_sql,
        data=piece.data,
    )


def _between(edits: Sequence[Edit], start: int, end: int) -> Iterator[Edit]:
    at = bisect_left(edits, Edit(start, start, ""))
    while at < len(edits) and edits[at].start < end:
        yield edits[at]
        at += 1
