"""Diesel: `VERSION_name/up.sql` beside `down.sql`.

https://docs.rs/diesel_migrations/latest/diesel_migrations/struct.FileBasedMigrations.html
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from auditor.migrations.formats.base import Folder, Format, Ledger, Options, ReadResult
from auditor.migrations.formats.files import MigrationFile, read_files
from auditor.migrations.input import text_of

NAME = "diesel"


def detect(folder: Folder) -> int:
    """Sure of folders with a version that hold an `up.sql`."""
    return 85 if _names(folder) else 0


def read(path: Path, root: Path, options: Options) -> ReadResult:
    """In the order of the versions, as text without their hyphens: that is what the tool does."""
    folder = Folder(path)
    files = [
        MigrationFile(path / name / UP, _version(name), transactional=_in_transaction(path / name))
        for name in sorted(_names(folder), key=lambda name: (_version(name), name))
    ]
    return read_files(NAME, files, root, options)


FORMAT = Format(
    NAME,
    "Diesel",
    "https://docs.rs/diesel_migrations/latest/diesel_migrations/struct.FileBasedMigrations.html",
    detect,
    read,
    Ledger("__diesel_schema_migrations", "version", "run_on"),
    self_contained=True,
)

UP = "up.sql"


# Private

_FOLDER = re.compile(r"\d[\d-]*_.+")


def _names(folder: Folder) -> list[str]:
    return [name for name in folder.folders if _FOLDER.fullmatch(name) and UP in folder.folder(name).files]


def _version(name: str) -> str:
    return name.partition("_")[0].replace("-", "")


def _in_transaction(directory: Path) -> bool:
    try:
        settings = tomllib.loads(text_of(directory / "metadata.toml"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return True
    return settings.get("run_in_transaction", True) is not False
