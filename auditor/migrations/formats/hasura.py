"""Hasura: `migrations/DATABASE/TIMESTAMP_name/up.sql` beside `down.sql`.

https://hasura.io/docs/2.0/migrations-metadata-seeds/manage-migrations/
"""

from __future__ import annotations

import re
from pathlib import Path

from auditor.migrations.formats.base import Folder, Format, Options, ReadResult
from auditor.migrations.formats.files import MigrationFile, read_files

NAME = "hasura"


def detect(folder: Folder) -> int:
    """Sure of folders with a timestamp in milliseconds that hold an `up.sql`."""
    return 88 if _names(folder) else 0


def read(path: Path, root: Path, options: Options) -> ReadResult:
    """In the order of the timestamps, which are numbers."""
    names = sorted(_names(Folder(path)), key=lambda name: (int(name.partition("_")[0]), name))
    files = [MigrationFile(path / name / UP, name.partition("_")[0]) for name in names]
    return read_files(NAME, files, root, options)


FORMAT = Format(
    NAME,
    "Hasura",
    "https://hasura.io/docs/2.0/migrations-metadata-seeds/manage-migrations/",
    detect,
    read,
    self_contained=True,
)

UP = "up.sql"


# Private

_FOLDER = re.compile(r"\d{13}_.+")


def _names(folder: Folder) -> list[str]:
    return [name for name in folder.folders if _FOLDER.fullmatch(name) and UP in folder.folder(name).files]
