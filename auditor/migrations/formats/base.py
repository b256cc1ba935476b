"""What a migration layout is, and what can be wrong with its files."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Literal, NamedTuple

from auditor.migrations.cache import Cache
from auditor.migrations.input import bytes_of
from auditor.model import Location, Migration

WEAK = 30
"""A folder of .sql files scores below this: it may as well hold queries or fixtures."""

UNSURE = 20
"""Below this a directory that was named may as well only lie above the history: it is looked for there first."""

SQL_SUFFIXES = (".sql", ".pgsql", ".psql")

_SYSTEMS = "mysql mariadb sqlite sqlite3 mssql sqlserver oracle cockroach cockroachdb crdb db2 h2 hsqldb"
OTHER_SYSTEMS = frozenset(_SYSTEMS.split())
"""A dotted part of a file's name that says it is meant for another database system."""

_LOOKED_INTO = 5  # files of a folder

ProblemKind = Literal["unreadable-input", "empty-file", "left-out", "new-default", "nothing-to-check"]
"""`unreadable-input`: something of the history could not be read. `empty-file`: a file without a byte of SQL.
`left-out`: a file that lies among migrations and that the tool does not run.
`new-default`: a setting of later sessions on which the meaning of names depends.
`nothing-to-check`: a place that should hold migrations holds none."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in the files of a history that could not be read; the rest was.

    Attributes:
        location: file and line.
        message: what is wrong, one line.
        help: what to do about it.
        kind: see :data:`ProblemKind`.
    """

    location: Location
    message: str
    help: str
    kind: ProblemKind = "unreadable-input"


@dataclass(frozen=True, slots=True)
class Ledger:
    """The table in which a migration tool notes what it applied; None where a tool has no such column.

    Attributes:
        table: as the tool creates it, with its schema where that is not the connection's own.
        version: the column that tells which migration it is.
        applied_at, checksum: further columns.
        holds: what `version` holds: a migration's `id`, or its `checksum` (SHA-256 of the file).
        last_only: there is one row, for the last migration applied; all before it were applied too.
    """

    table: str
    version: str
    applied_at: str | None = None
    checksum: str | None = None
    holds: Literal["id", "checksum"] = "id"
    last_only: bool = False


@dataclass(frozen=True, slots=True)
class Options:
    """How a history is to be read.

    Attributes:
        placeholders: what stands for something else in the files, and what to put there. A plain name is
            looked for in the usual spellings (`:name`, `${name}`, `{{ name }}`), any other text as it is.
        cache: what earlier runs remember of the same files.
    """

    placeholders: Mapping[str, str] = field(default_factory=dict)
    cache: Cache = field(default_factory=Cache)


class ReadResult(NamedTuple):
    """What a layout made of a directory: migrations in the tool's own order, and what could not be read."""

    migrations: list[Migration]
    problems: list[Problem]


class Folder:
    """A file or directory as the detection of a layout looks at it: listed once, whoever asks.

    Args:
        path: absolute; need not exist.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._folders: dict[str, Folder] = {}

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.name

    @cached_property
    def is_file(self) -> bool:
        """Whether it is a file."""
        return self.path.is_file()

    @cached_property
    def files(self) -> list[str]:
        """Names of the files directly in it, sorted, hidden ones left out; empty if it cannot be listed."""
        return sorted(name for name, is_directory in self._entries if not is_directory)

    @cached_property
    def folders(self) -> list[str]:
        """Names of the directories directly in it, likewise."""
        return sorted(name for name, is_directory in self._entries if is_directory)

    @cached_property
    def sql(self) -> list[str]:
        """Names of the .sql files directly in it that are meant for PostgreSQL."""
        return [
            name
            for name in self.files
            if name.lower().endswith(SQL_SUFFIXES) and OTHER_SYSTEMS.isdisjoint(name.lower().split("."))
        ]

    def folder(self, name: str) -> Folder:
        """The directory, or file, of a name in it."""
        if name not in self._folders:
            self._folders[name] = Folder(self.path / name)
        return self._folders[name]

    def matching(self, pattern: re.Pattern[str]) -> list[str]:
        """The .sql files whose whole name matches."""
        return [name for name in self.sql if pattern.fullmatch(name)]

    def holds(
        self, marker: re.Pattern[bytes], files: Sequence[str] | None = None, limit: int = _LOOKED_INTO
    ) -> bool:
        """Whether a marker stands in one of the first .sql files (or of the files given)."""
        for name in (self.sql if files is None else files)[:limit]:
            try:
                if marker.search(bytes_of(self.path / name)):
                    return True
            except OSError:
                continue
        return False

    def above(self, *names: str) -> bool:
        """Whether a file of one of these names lies in it, or in one of the directories above it."""
        return any(
            (directory / name).is_file() for directory in (self.path, *self.path.parents[:4]) for name in names
        )

    @cached_property
    def _entries(self) -> list[tuple[str, bool]]:
        try:
            with os.scandir(self.path) as entries:
                return [(entry.name, entry.is_dir()) for entry in entries if not entry.name.startswith(".")]
        except OSError:
            return []


@dataclass(frozen=True, slots=True)
class Format:
    """A migration layout.

    Attributes:
        name: as `layout:` of `classifications.yaml` names it.
        title: the tool's name.
        docs: where the tool documents its layout.
        detect: how sure it is that a file or directory is of this layout: 0 not at all, 100 beyond doubt.
            Below :data:`WEAK` it is believed only of a path that a person named.
        read: reads it. Arguments: the path that was detected, the root to which paths are relative, options.
        ledger: the tool's table, or None.
        self_contained: whether nothing but the names and bytes of the files in the directory (no hidden ones)
            decides what `read` gives, scripts aside that include others.
    """

    name: str
    title: str
    docs: str
    detect: Callable[[Folder], int]
    read: Callable[[Path, Path, Options], ReadResult]
    ledger: Ledger | None = None
    self_contained: bool = False


def shown(path: Path, root: Path) -> str:
    """A path as :class:`~auditor.model.Location` holds it: relative to the root if below it, with `/`."""
    try:
        return path.relative_to(root).as_posix()
    except ValueError:
        return path.as_posix()
