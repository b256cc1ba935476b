"""What layouts of .sql files have in common: which files, in which order, and how one is read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from auditor.migrations.cache import key_of
from auditor.migrations.formats.base import Options, Problem, ReadResult, shown
from auditor.migrations.statements import Text, UnreadableText, checksum, decode, split_statements
from auditor.model import Location, Migration, Statement

SQL_SUFFIXES = frozenset({".sql", ".pgsql", ".psql"})

_SYSTEMS = "mysql mariadb sqlite sqlite3 mssql sqlserver oracle cockroach cockroachdb crdb db2 h2 hsqldb"
OTHER_SYSTEMS = frozenset(_SYSTEMS.split())
"""A dotted part of a file's name that says it is meant for another database system."""


@dataclass(frozen=True, slots=True)
class UpPart:
    """The part of a file that is run to go up.

    Attributes:
        ranges: of characters.
        line: 1-based line where it begins.
        transactional: whether the tool runs it in a transaction.
        problem: why the part cannot be told, or None.
    """

    ranges: tuple[tuple[int, int], ...]
    line: int = 1
    transactional: bool = True
    problem: str | None = None


FindUpPart = Callable[[str], UpPart]


def whole(text: str) -> UpPart:
    """All of the file."""
    return UpPart(((0, len(text)),))


@dataclass(frozen=True, slots=True)
class MigrationFile:
    """A file to be read as one migration.

    Attributes:
        path: the file.
        id: what the tool calls the migration.
        up: finds the part to read.
    """

    path: Path
    id: str
    up: FindUpPart = whole


def natural_key(name: str) -> tuple[tuple[int, int, str], ...]:
    """Sorts names with numbers in them as people do: `2_x` before `10_x`, `1.9` before `1.10`.

    Where two names differ only in leading zeros or in case, the text decides.
    """
    parts = tuple(
        (0, int(number), "") if number else (1, 0, text.lower()) for number, text in _PARTS.findall(name)
    )
    return (*parts, (2, 0, name))


def sql_files(directory: Path) -> list[Path]:
    """The .sql files directly in a directory that are meant for PostgreSQL; in no particular order."""
    return [
        path
        for path in directory.iterdir()
        if path.suffix.lower() in SQL_SUFFIXES and not path.name.startswith(".") and path.is_file()
        if OTHER_SYSTEMS.isdisjoint(path.name.lower().split("."))
    ]


def names_in(path: Path) -> list[str]:
    """The sorted names in a directory; empty for what is no directory or cannot be listed."""
    try:
        return sorted(entry.name for entry in path.iterdir())
    except OSError:
        return []


def any_contains(paths: Iterable[Path], pattern: re.Pattern[bytes], limit: int = 5) -> bool:
    """Whether one of the first few files holds a marker."""
    for path, _ in zip(paths, range(limit), strict=False):
        try:
            if pattern.search(path.read_bytes()):
                return True
        except OSError:
            continue
    return False


def read_files(layout: str, files: Iterable[MigrationFile], root: Path, options: Options) -> ReadResult:
    """Read files in the order given, one migration each."""
    result = ReadResult([], [])
    for file in files:
        migration, problems = read_file(layout, file, root, options)
        result.migrations.append(migration)
        result.problems.extend(problems)
    return result


def read_file(
    layout: str, file: MigrationFile, root: Path, options: Options
) -> tuple[Migration, Sequence[Problem]]:
    """Read one file; what is wrong with it becomes problems, never an exception."""
    name = shown(file.path, root)
    try:
        data = file.path.read_bytes()
    except OSError as error:
        return _unreadable(layout, file, name, b"", 1, f"cannot be opened: {error.strerror}")
    key = key_of(layout, name, file.id, repr(sorted(options.placeholders.items())), data)
    remembered = options.cache.get(key, _DECODER)
    if remembered is not None:
        return remembered
    read = _read(layout, file, name, data, options)
    options.cache.put(key, read)
    return read


# Private

_PARTS = re.compile(r"(\d+)|(\D+)")
_DECODER = msgspec.msgpack.Decoder(tuple[Migration, tuple[Problem, ...]])


def _read(
    layout: str, file: MigrationFile, name: str, data: bytes, options: Options
) -> tuple[Migration, tuple[Problem, ...]]:
    try:
        source = decode(data)
    except UnreadableText as error:
        return _unreadable(layout, file, name, data, error.line, str(error))
    problems: list[Problem] = []
    if source.complaint is not None:
        problems.append(
            Problem(
                Location(name, source.complaint_line),
                source.complaint,
                "Save the file as UTF-8; text in strings and names may have been read wrongly.",
            )
        )
    part = file.up(source.text)
    statements = split_statements(source, name, parts=part.ranges, placeholders=options.placeholders)
    if part.problem is not None:
        statements.insert(0, Statement("", name, part.line, problem=part.problem))
    problems += _problems(statements)
    if not data.strip():
        problems.append(
            Problem(Location(name), "the file is empty", "Remove it, or write the migration.", "empty-file")
        )
    return (
        Migration(
            file.id,
            name,
            layout,
            tuple(statements),
            line=part.line,
            transactional=part.transactional,
            checksum=checksum(data),
        ),
        tuple(problems),
    )


def _unreadable(
    layout: str, file: MigrationFile, name: str, data: bytes, line: int, why: str
) -> tuple[Migration, tuple[Problem, ...]]:
    return (
        Migration(file.id, name, layout, (Statement("", name, line, problem=why),), checksum=checksum(data)),
        (Problem(Location(name, line), why, "Nothing of this file was read."),),
    )


def _problems(statements: Sequence[Statement]) -> list[Problem]:
    return [
        Problem(Location(s.file, s.line, s.column), s.problem, _help(s.problem))
        for s in statements
        if s.problem is not None
    ]


def _help(problem: str) -> str:
    if problem.startswith("the placeholder"):
        return "Give it a value under `placeholders:` of this entry of `migrations:` in classifications.yaml."
    if problem.startswith("psql command"):
        return "Only SQL is read: what the command does is not known, and counts as not understood."
    return "The statements around it were read."


def text_of(path: Path) -> Text | None:
    """The text of a file, or None if it cannot be read."""
    try:
        return decode(path.read_bytes())
    except (OSError, UnreadableText):
        return None
