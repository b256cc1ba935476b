"""node-pg-migrate with SQL files: `TIMESTAMP_name.sql`, parts behind `-- Up Migration` and `-- Down Migration`.

https://salsita.github.io/node-pg-migrate/migrations/
"""

from __future__ import annotations

import re
from pathlib import Path

from auditor.migrations.formats.base import Folder, Format, Ledger, Options, ReadResult
from auditor.migrations.formats.files import MigrationFile, code_among, natural_key, read_files
from auditor.migrations.formats.markers import between

NAME = "node-pg-migrate"


def detect(folder: Folder) -> int:
    """Sure of numbered files with its marker."""
    return 85 if folder.holds(_MARKER, folder.matching(_FILE)) else 0


def read(path: Path, root: Path, options: Options) -> ReadResult:
    """The up parts in the order of the timestamps; migrations in JavaScript are said to be unread."""
    folder = Folder(path)
    names = sorted(folder.matching(_FILE), key=natural_key)
    files = [MigrationFile(path / name, name.removesuffix(".sql"), _UP_PART) for name in names]
    result = read_files(NAME, files, root, options)
    result.problems.extend(code_among(folder, root))
    return result


FORMAT = Format(
    NAME,
    "node-pg-migrate",
    "https://salsita.github.io/node-pg-migrate/migrations/",
    detect,
    read,
    Ledger("pgmigrations", "name", "run_on"),
    self_contained=True,
)


# Private

_FILE = re.compile(r"\d+[_-].*\.sql")
_MARKER = re.compile(rb"^\s*--[\s-]*up\s+migration", re.MULTILINE | re.IGNORECASE)
_UP_PART = between(
    re.compile(r"^\s*--[ \t-]*up\s+migration.*$", re.MULTILINE | re.IGNORECASE),
    re.compile(r"^\s*--[ \t-]*down\s+migration.*$", re.MULTILINE | re.IGNORECASE),
    missing=None,
)
