"""sql-migrate: up and down in one file, each in as many parts as it likes.

https://github.com/rubenv/sql-migrate#writing-migrations
"""

from __future__ import annotations

import re
from pathlib import Path

from auditor.migrations.formats.base import Folder, Format, Ledger, Options, ReadResult
from auditor.migrations.formats.files import MigrationFile, natural_key, read_files
from auditor.migrations.formats.markers import between

NAME = "sql-migrate"


def detect(folder: Folder) -> int:
    """Sure of files with its marker."""
    return 85 if folder.holds(_MARKER) else 0


def read(path: Path, root: Path, options: Options) -> ReadResult:
    """The up parts in the order of the numbers with which the files' names begin."""
    names = sorted(Folder(path).sql, key=natural_key)
    return read_files(NAME, [MigrationFile(path / name, name, _UP_PART) for name in names], root, options)


FORMAT = Format(
    NAME,
    "sql-migrate",
    "https://github.com/rubenv/sql-migrate#writing-migrations",
    detect,
    read,
    Ledger("gorp_migrations", "id", "applied_at"),
    self_contained=True,
)


# Private

_MARKER = re.compile(rb"^--\s*\+migrate\s+up\b", re.MULTILINE | re.IGNORECASE)
_UP_PART = between(
    re.compile(r"^--\s*\+migrate\s+up\b.*$", re.MULTILINE | re.IGNORECASE),
    re.compile(r"^--\s*\+migrate\s+down\b.*$", re.MULTILINE | re.IGNORECASE),
    missing="the file has no line `-- +migrate Up`",
    no_transaction=re.compile(r"^--\s*\+migrate\s+up\b.*\bnotransaction\b", re.MULTILINE | re.IGNORECASE),
)
