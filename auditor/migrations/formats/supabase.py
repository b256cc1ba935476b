"""Supabase: `supabase/migrations/TIMESTAMP_name.sql`, up only.

https://supabase.com/docs/guides/deployment/database-migrations
"""

from __future__ import annotations

import re
from pathlib import Path

from auditor.migrations.formats.base import Folder, Format, Ledger, Options, ReadResult
from auditor.migrations.formats.files import MigrationFile, left_out, read_files

NAME = "supabase"


def detect(folder: Folder) -> int:
    """Sure of a folder of that name with numbered files; knows the folders above it when they are named."""
    migrations = _migrations(folder)
    if not migrations.matching(_FILE):
        return 0
    return 90 if migrations is folder else 29


def read(path: Path, root: Path, options: Options) -> ReadResult:
    """In the order of the names, as text: that is what the tool does."""
    folder = _migrations(Folder(path))
    files = [
        MigrationFile(folder.path / name, match[1])
        for number, name in enumerate(folder.sql)
        if (match := _FILE.fullmatch(name)) and not (number == 0 and _is_old_init(name))
    ]
    result = read_files(NAME, files, root, options)
    others = [name for name in folder.sql if not _FILE.fullmatch(name)]
    why = "Supabase leaves this file out: its name is not TIMESTAMP_name.sql"
    result.problems.extend(left_out(folder.path, others, why, "Rename it, or take it away.", root))
    return result


FORMAT = Format(
    NAME,
    "Supabase",
    "https://supabase.com/docs/guides/deployment/database-migrations",
    detect,
    read,
    Ledger("supabase_migrations.schema_migrations", "version"),
    self_contained=True,
)


# Private

_FILE = re.compile(r"(\d+)_.*\.sql")


def _is_old_init(name: str) -> bool:
    """What versions of the tool before December 2021 wrote first, and the later ones leave out."""
    return re.fullmatch(r"\d{14}_init\.sql", name) is not None and name < "20211209"


def _migrations(folder: Folder) -> Folder:
    if folder.name == "migrations" and folder.path.parent.name == "supabase":
        return folder
    if folder.name == "supabase":
        return folder.folder("migrations")
    return folder.folder("supabase").folder("migrations")
