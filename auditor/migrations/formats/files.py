"""What layouts of .sql files have in common: which files, in which order, and how one is read."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from auditor.migrations.cache import key_of
from auditor.migrations.formats.base import Folder, Options, Problem, ReadResult, shown
from auditor.migrations.includes import INCLUDES, script_of
from auditor.migrations.input import bytes_of
from auditor.migrations.placeholders import yaml_line
from auditor.migrations.statements import UnreadableText, checksum, decode, split_statements
from auditor.model import Location, Migration, Statement


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
        transactional: False if another file says that the tool runs it outside a transaction.
    """

    path: Path
    id: str
    up: FindUpPart = whole
    transactional: bool = True


CODE = re.compile(r"V?\d+[\w.-]*\.(?:js|cjs|mjs|ts|cts|mts|rb|exs?|go|java|kt|php|cs|rs|py)", re.IGNORECASE)
"""A numbered file of program code; `.d.ts` files only declare."""


def natural_key(name: str) -> tuple[tuple[int, int, str], ...]:
    """Sorts names with numbers in them as people do: `2_x` before `10_x`, `1.9` before `1.10`.

    Where two names differ only in leading zeros or in case, the text decides.
    """
    parts = tuple(
        (0, int(number), "") if number else (1, 0, text.lower()) for number, text in _PARTS.findall(name)
    )
    return (*parts, (2, 0, name))


def read_files(layout: str, files: Sequence[MigrationFile], root: Path, options: Options) -> ReadResult:
    """Read files in the order given, one migration each.

    Two files of one id, which the tool would refuse or run in an order of its own, get their names as ids.
    """
    result = ReadResult([], [])
    seen: dict[str, MigrationFile] = {}
    for file in files:
        first = seen.setdefault(file.id, file)
        if first is not file:
            message = f"migration {file.id} is also {first.path.name}"
            result.problems.append(
                Problem(Location(shown(file.path, root)), message, "Give it a number of its own.")
            )
            file = replace(file, id=file.path.stem)
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
        data = bytes_of(file.path)
    except OSError as error:
        return _unreadable(layout, file, name, b"", 1, f"cannot be opened: {error.strerror}")
    settings = repr((file.transactional, sorted(options.placeholders.items())))
    key = key_of(layout, name, file.id, settings, data)
    alone = INCLUDES.search(data) is None  # else it depends on other files
    remembered = options.cache.get(key, _DECODER) if alone else None
    if remembered is not None:
        return remembered
    read = _read(layout, file, name, data, root, options)
    if alone:
        options.cache.put(key, read)
    return read


def left_out(path: Path, names: Iterable[str], why: str, help_: str, root: Path) -> list[Problem]:
    """A problem for each file, or folder, that lies among migrations and that the tool does not run."""
    return [Problem(Location(shown(path / name, root)), why, help_, "left-out") for name in names]


def code_among(folder: Folder, root: Path) -> list[Problem]:
    """A problem for each numbered file of program code among migrations: what it does is not known."""
    return [
        Problem(Location(shown(folder.path / name, root)), "a migration in program code was not read", _CODE_HELP)
        for name in folder.files
        if CODE.fullmatch(name)
    ]


# Private

_CODE_HELP = "Write it in SQL, or list the SQL that it runs as a migration of its own."
_PARTS = re.compile(r"(\d+)|(\D+)")
_SET = re.compile(r"\\(?:set|getenv)\s+(\w+)")
_PLACEHOLDER = re.compile(r"the placeholder (.*) has no value", re.DOTALL)
_DECODER = msgspec.msgpack.Decoder(tuple[Migration, tuple[Problem, ...]])


def _read(
    layout: str, file: MigrationFile, name: str, data: bytes, root: Path, options: Options
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
    script = script_of(file.path, root, options.placeholders)
    statements = split_statements(
        source, name, parts=part.ranges, placeholders=options.placeholders, script=script
    )
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
            transactional=part.transactional and file.transactional,
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
    """One for each statement that has one; one for each file and placeholder that has no value."""
    problems = []
    told: dict[tuple[str, str], int] = Counter()
    for statement in statements:
        if statement.problem is not None:
            told[statement.file, statement.problem] += 1
    for s in statements:
        if s.problem is None:
            continue
        placeholder = _PLACEHOLDER.fullmatch(s.problem)
        count = told[s.file, s.problem]
        if placeholder is None:
            problems.append(Problem(Location(s.file, s.line, s.column), s.problem, _help(s.problem, s.text)))
        elif count:
            more = f" {count} statements of this file need it." if count > 1 else ""
            help_ = (
                f"Write `{yaml_line(placeholder[1])}` under this entry of `migrations:` in classifications.yaml."
            )
            problems.append(Problem(Location(s.file, s.line, s.column), s.problem, help_ + more))
            told[s.file, s.problem] = 0
    return problems


def _help(problem: str, text: str) -> str:
    if variable := _SET.match(text):
        line = yaml_line(f":{variable[1]}")
        return f"Write `{line}` under this entry of `migrations:` in classifications.yaml: that value then counts."
    if problem.startswith("psql command"):
        return "Only SQL is read: what the command does is not known, and counts as not understood."
    return "The statements around it were read."
