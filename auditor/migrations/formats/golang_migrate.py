"""golang-migrate: `VERSION_title.up.sql` beside `VERSION_title.down.sql`.

https://github.com/golang-migrate/migrate/blob/master/MIGRATIONS.md
"""

from __future__ import annotations

import re
from pathlib import Path

from auditor.migrations.formats.base import Folder, Format, Ledger, Options, ReadResult
from auditor.migrations.formats.files import MigrationFile, left_out, read_files

NAME = "golang-migrate"


def detect(folder: Folder) -> int:
    """Sure of numbered `.up.sql` files, unless most of the files that do not lead back have other names."""
    up = len(folder.matching(_UP))
    return 85 if up and up * 2 >= len(folder.sql) - len(folder.matching(_DOWN)) else 0


def read(path: Path, root: Path, options: Options) -> ReadResult:
    """In the order of the versions, which are numbers."""
    folder = Folder(path)
    found = [(int(match[1]), name) for name in folder.sql if (match := _UP.fullmatch(name))]
    result = read_files(
        NAME, [MigrationFile(path / name, str(version)) for version, name in sorted(found)], root, options
    )
    others = [name for name in folder.sql if not _UP.fullmatch(name) and not _DOWN.fullmatch(name)]
    why = "golang-migrate leaves this file out: its name is not VERSION_title.up.sql"
    result.problems.extend(left_out(path, others, why, "Rename it, or take it away.", root))
    return result


FORMAT = Format(
    NAME,
    "golang-migrate",
    "https://github.com/golang-migrate/migrate/blob/master/MIGRATIONS.md",
    detect,
    read,
    Ledger("schema_migrations", "version", last_only=True),
    self_contained=True,
)


# Private

_UP = re.compile(r"(\d+)_.*\.up\.sql")
_DOWN = re.compile(r"\d+_.*\.down\.sql")
