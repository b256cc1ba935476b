"""tern: `NNN_name.sql`, up above the line `---- create above / drop below ----`.

https://github.com/jackc/tern#migrations
"""

from __future__ import annotations

import re
from pathlib import Path

from auditor.migrations.formats.base import Folder, Format, Ledger, Options, ReadResult
from auditor.migrations.formats.files import MigrationFile, UpPart, read_files

NAME = "tern"


def detect(folder: Folder) -> int:
    """Sure of numbered files with its dividing line, or beside its configuration."""
    numbered = folder.matching(_FILE)
    if not numbered:
        return 0
    return 85 if folder.holds(_MARKER, numbered) or "tern.conf" in folder.files else 0


def read(path: Path, root: Path, options: Options) -> ReadResult:
    """The up parts in the order of the numbers."""
    found = [(int(match[1]), name) for name in Folder(path).sql if (match := _FILE.fullmatch(name))]
    files = [MigrationFile(path / name, str(number), _up_part) for number, name in sorted(found)]
    return read_files(NAME, files, root, options)


FORMAT = Format(
    NAME,
    "tern",
    "https://github.com/jackc/tern#migrations",
    detect,
    read,
    Ledger("public.schema_version", "version", last_only=True),
    self_contained=True,
)


# Private

_FILE = re.compile(r"(\d+)_.+\.sql")
_MARKER = re.compile(rb"^---- create above / drop below ----", re.MULTILINE)
_DIVIDER = re.compile(r"^---- create above / drop below ----", re.MULTILINE)
_NO_TRANSACTION = re.compile(r"^---- tern: disable-tx ----", re.MULTILINE)


def _up_part(text: str) -> UpPart:
    divider = _DIVIDER.search(text)
    end = divider.start() if divider else len(text)
    return UpPart(((0, end),), transactional=_NO_TRANSACTION.search(text, 0, end) is None)
