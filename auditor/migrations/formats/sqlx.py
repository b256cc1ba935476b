"""sqlx: `VERSION_description.sql`, or `.up.sql` beside `.down.sql`.

https://docs.rs/sqlx/latest/sqlx/macro.migrate.html
"""

from __future__ import annotations

import re
from pathlib import Path

from auditor.migrations.formats.base import Folder, Format, Ledger, Options, ReadResult
from auditor.migrations.formats.files import MigrationFile, read_files
from auditor.migrations.formats.markers import header

NAME = "sqlx"


def detect(folder: Folder) -> int:
    """Sure of numbered files in a Rust project, unless they have the markers of another tool."""
    files = folder.matching(_FILE)
    if not files or folder.holds(_OTHERS):
        return 0
    return 87 if folder.above("Cargo.toml") or folder.holds(_NO_TRANSACTION, files[::-1], limit=100) else 0


def read(path: Path, root: Path, options: Options) -> ReadResult:
    """In the order of the versions, which are numbers."""
    found = [
        (int(match[1]), name)
        for name in Folder(path).sql
        if (match := _FILE.fullmatch(name)) and not name.endswith(".down.sql")
    ]
    files = [MigrationFile(path / name, str(version), _PART) for version, name in sorted(found)]
    return read_files(NAME, files, root, options)


FORMAT = Format(
    NAME,
    "sqlx",
    "https://docs.rs/sqlx/latest/sqlx/macro.migrate.html",
    detect,
    read,
    Ledger("_sqlx_migrations", "version", "installed_on", "checksum"),
    self_contained=True,
)


# Private

_FILE = re.compile(r"(\d+)_.*\.sql")
_OTHERS = re.compile(rb"^--\s*(?:migrate:up|\+goose|\+migrate)", re.MULTILINE | re.IGNORECASE)
_NO_TRANSACTION = re.compile(rb"\A-- no-transaction\b")
_PART = header(re.compile(_NO_TRANSACTION.pattern.decode()))
