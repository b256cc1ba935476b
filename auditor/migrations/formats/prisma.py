"""Prisma Migrate: `migrations/TIMESTAMP_name/migration.sql`, up only.

https://www.prisma.io/docs/orm/prisma-migrate
"""

from __future__ import annotations

import re
from pathlib import Path

from auditor.migrations.formats.base import Folder, Format, Ledger, Options, ReadResult
from auditor.migrations.formats.files import MigrationFile, read_files

NAME = "prisma"


def detect(folder: Folder) -> int:
    """Sure of `migration_lock.toml`, and nearly of folders with a timestamp that hold a `migration.sql`."""
    migrations = _migrations(folder)
    names = _names(migrations)
    if not names:
        return 0
    if migrations is not folder:
        return 29
    if "migration_lock.toml" in folder.files:
        return 95
    return 80 if any(_FOLDER.match(name) for name in names) else 0


def read(path: Path, root: Path, options: Options) -> ReadResult:
    """In the order of the folders' names, as text."""
    migrations = _migrations(Folder(path))
    files = [MigrationFile(migrations.path / name / FILE, name) for name in _names(migrations)]
    return read_files(NAME, files, root, options)


FORMAT = Format(
    NAME,
    "Prisma Migrate",
    "https://www.prisma.io/docs/orm/prisma-migrate",
    detect,
    read,
    Ledger("_prisma_migrations", "migration_name", "finished_at", "checksum"),
    self_contained=True,
)

FILE = "migration.sql"


# Private

_FOLDER = re.compile(r"\d{14}_")


def _names(folder: Folder) -> list[str]:
    return [name for name in folder.folders if FILE in folder.folder(name).files]


def _migrations(folder: Folder) -> Folder:
    if "migrations" in folder.folders and "schema.prisma" in folder.files:
        return folder.folder("migrations")
    return folder
