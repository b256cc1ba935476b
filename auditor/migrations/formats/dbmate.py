"""dbmate: up and down in one file behind `-- migrate:up` and `-- migrate:down`.

https://github.com/amacneil/dbmate#creating-migrations
"""

from __future__ import annotations

import re
from pathlib import Path

from auditor.migrations.formats.base import Folder, Format, Ledger, Options, ReadResult
from auditor.migrations.formats.files import MigrationFile, left_out, read_files
from auditor.migrations.formats.markers import between

NAME = "dbmate"


def detect(folder: Folder) -> int:
    """Sure of numbered files with its marker."""
    return 85 if folder.holds(_MARKER, folder.matching(_FILE)) else 0


def read(path: Path, root: Path, options: Options) -> ReadResult:
    """The up parts in the order of the files' names, as text."""
    folder = Folder(path)
    files = [
        MigrationFile(path / name, match[1], _UP_PART) for name in folder.sql if (match := _FILE.fullmatch(name))
    ]
    result = read_files(NAME, files, root, options)
    others = [name for name in folder.sql if not _FILE.fullmatch(name)]
    why = "dbmate leaves this file out: its name does not begin with a version"
    result.problems.extend(left_out(path, others, why, "Rename it, or take it away.", root))
    return result


FORMAT = Format(
    NAME,
    "dbmate",
    "https://github.com/amacneil/dbmate#creating-migrations",
    detect,
    read,
    Ledger("schema_migrations", "version"),
    self_contained=True,
)


# Private

_FILE = re.compile(r"(\d+).*\.sql")
_MARKER = re.compile(rb"^--\s*migrate:up(\s|$)", re.MULTILINE)
_UP_PART = between(
    re.compile(r"^--\s*migrate:up(?:[ \t].*)?\r?$", re.MULTILINE),
    re.compile(r"^--\s*migrate:down(?:[ \t].*)?\r?$", re.MULTILINE),
    missing="the file has no line `-- migrate:up`",
    no_transaction=re.compile(r"^--\s*migrate:up\b.*\btransaction:false\b", re.MULTILINE),
)
