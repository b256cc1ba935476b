"""goose: up and down in one file behind `-- +goose Up` and `-- +goose Down`.

`StatementBegin` and `StatementEnd` are comments here: where a statement ends follows from its text.

https://pressly.github.io/goose/documentation/annotations/
"""

from __future__ import annotations

import re
from pathlib import Path

from auditor.migrations.formats.base import Folder, Format, Ledger, Options, ReadResult
from auditor.migrations.formats.files import MigrationFile, code_among, left_out, read_files
from auditor.migrations.formats.markers import between

NAME = "goose"


def detect(folder: Folder) -> int:
    """Sure of numbered files with its marker."""
    return 85 if folder.holds(_MARKER, folder.matching(_FILE)) else 0


def read(path: Path, root: Path, options: Options) -> ReadResult:
    """The up parts in the order of the versions, which are numbers."""
    folder = Folder(path)
    found = [(int(match[1]), name) for name in folder.sql if (match := _FILE.fullmatch(name))]
    files = [MigrationFile(path / name, str(version), _UP_PART) for version, name in sorted(found)]
    result = read_files(NAME, files, root, options)
    result.problems.extend(code_among(folder, root))
    others = [name for name in folder.sql if not _FILE.fullmatch(name)]
    why = "goose leaves this file out: its name is not VERSION_name.sql"
    result.problems.extend(left_out(path, others, why, "Rename it, or take it away.", root))
    return result


FORMAT = Format(
    NAME,
    "goose",
    "https://pressly.github.io/goose/documentation/annotations/",
    detect,
    read,
    Ledger("goose_db_version", "version_id", "tstamp"),
    self_contained=True,
)


# Private

_FILE = re.compile(r"(\d+)_.*\.sql")
_MARKER = re.compile(rb"^--\s*\+goose\s+up\b", re.MULTILINE | re.IGNORECASE)
_UP_PART = between(
    re.compile(r"^--\s*\+goose\s+up\b.*$", re.MULTILINE | re.IGNORECASE),
    re.compile(r"^--\s*\+goose\s+down\b.*$", re.MULTILINE | re.IGNORECASE),
    missing="the file has no line `-- +goose Up`",
    no_transaction=re.compile(r"^--\s*\+goose\s+no\s+transaction\b", re.MULTILINE | re.IGNORECASE),
)
