"""refinery: `V1__name.sql` and `U1__name.sql`, which both lead up; the U ones may come late.

https://docs.rs/refinery/latest/refinery/
"""

from __future__ import annotations

import re
from pathlib import Path

from auditor.migrations.formats.base import Folder, Format, Ledger, Options, ReadResult
from auditor.migrations.formats.files import MigrationFile, code_among, read_files

NAME = "refinery"


def detect(folder: Folder) -> int:
    """Sure of such files in a Rust project."""
    return 88 if folder.matching(_FILE) and folder.above("Cargo.toml") else 0


def read(path: Path, root: Path, options: Options) -> ReadResult:
    """In the order of the versions, which are numbers; migrations in Rust are said to be unread."""
    folder = Folder(path)
    found = [(int(match[1]), name) for name in folder.sql if (match := _FILE.fullmatch(name))]
    files = [MigrationFile(path / name, str(version)) for version, name in sorted(found)]
    result = read_files(NAME, files, root, options)
    result.problems.extend(code_among(folder, root))
    return result


FORMAT = Format(
    NAME,
    "refinery",
    "https://docs.rs/refinery/latest/refinery/",
    detect,
    read,
    Ledger("refinery_schema_history", "version", "applied_on", "checksum"),
    self_contained=True,
)


# Private

_FILE = re.compile(r"[UV](\d+)__\w+\.sql")
