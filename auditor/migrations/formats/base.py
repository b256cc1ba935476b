"""What a migration layout is, and what can be wrong with its files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple

from auditor.migrations.cache import Cache
from auditor.model import Location, Migration

ProblemKind = Literal["unreadable-input", "empty-file", "nothing-to-check"]
"""`unreadable-input`: something of the history could not be read. `empty-file`: a file without a byte of SQL.
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
        version: the column that holds a migration's id.
        applied_at, checksum: further columns.
    """

    table: str
    version: str
    applied_at: str | None = None
    checksum: str | None = None


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
    """

    name: str
    title: str
    docs: str
    detect: Callable[[Path], int]
    read: Callable[[Path, Path, Options], ReadResult]
    ledger: Ledger | None = None


WEAK = 30
"""A folder of .sql files scores below this: it may as well hold queries or fixtures."""


def shown(path: Path, root: Path) -> str:
    """A path as :class:`~auditor.model.Location` holds it: relative to the root if below it, with `/`."""
    try:
        return path.relative_to(root).as_posix()
    except ValueError:
        return path.as_posix()
