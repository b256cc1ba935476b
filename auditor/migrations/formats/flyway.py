"""Flyway: `V1.2__name.sql` in the order of the versions, then `R__name.sql`; `U1.2__name.sql` leads back.

https://documentation.red-gate.com/flyway/flyway-concepts/migrations
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath

from auditor.migrations.formats.base import Folder, Format, Ledger, Options, ReadResult
from auditor.migrations.formats.files import MigrationFile, code_among, left_out, read_files

NAME = "flyway"


def detect(folder: Folder) -> int:
    """Sure of versioned files; they may lie in sub-folders of one that is named."""
    if folder.matching(_VERSIONED):
        return 85
    return 29 if any(_VERSIONED.fullmatch(file.name) for file in _files(folder, PurePosixPath())) else 0


def read(path: Path, root: Path, options: Options) -> ReadResult:
    """Versions in order, repeatable ones last; a baseline only in the place of versions that are not there."""
    folder = Folder(path)
    versioned: list[tuple[tuple[int, ...], PurePosixPath, str]] = []
    baselines: list[tuple[tuple[int, ...], PurePosixPath, str]] = []
    repeatable: list[PurePosixPath] = []
    others: list[str] = []
    for file in _files(folder, PurePosixPath()):
        if match := _VERSIONED.fullmatch(file.name):
            versioned.append((_number(match[1]), file, match[1].replace("_", ".")))
        elif match := _BASELINE.fullmatch(file.name):
            baselines.append((_number(match[1]), file, match[1].replace("_", ".")))
        elif _REPEATABLE.fullmatch(file.name):
            repeatable.append(file)
        elif not _UNDO.fullmatch(file.name):
            others.append(str(file))
    last = max(baselines, default=None)
    if last is not None and not any(version <= last[0] for version, _, _ in versioned):
        versioned.append(last)
    files = [
        MigrationFile(path / file, version, transactional=_in_transaction(path / file))
        for _, file, version in sorted(versioned)
    ]
    files += [
        MigrationFile(path / file, file.stem, transactional=_in_transaction(path / file))
        for file in sorted(repeatable, key=lambda file: file.name)
    ]
    options = replace(options, placeholders=_DEFAULTS | dict(options.placeholders))
    result = read_files(NAME, files, root, options)
    result.problems.extend(code_among(folder, root))
    why = "Flyway does not run this file as a migration: its name is not V1__name.sql or R__name.sql"
    result.problems.extend(left_out(path, others, why, "If it is a callback, its SQL is not read.", root))
    return result


FORMAT = Format(
    NAME,
    "Flyway",
    "https://documentation.red-gate.com/flyway/flyway-concepts/migrations",
    detect,
    read,
    Ledger("flyway_schema_history", "version", "installed_on", "checksum"),
)


# Private

_VERSIONED = re.compile(r"V(\d+(?:[._]\d+)*)__.*\.sql", re.IGNORECASE)
_BASELINE = re.compile(r"B(\d+(?:[._]\d+)*)__.*\.sql", re.IGNORECASE)
_UNDO = re.compile(r"U(\d+(?:[._]\d+)*)__.*\.sql", re.IGNORECASE)
_REPEATABLE = re.compile(r"R__.*\.sql", re.IGNORECASE)
_NOT_IN_TRANSACTION = re.compile(r"^\s*executeInTransaction\s*=\s*false\s*$", re.MULTILINE | re.IGNORECASE)

# What Flyway itself puts in place of its own placeholders, as far as it does not depend on the day.
_DEFAULTS = {"${flyway:defaultSchema}": "public"}


def _files(folder: Folder, path: PurePosixPath, depth: int = 4) -> Iterator[PurePosixPath]:
    """A location is read with all folders below it."""
    yield from (path / name for name in folder.sql)
    if depth:
        for name in folder.folders:
            yield from _files(folder.folder(name), path / name, depth - 1)


def _number(version: str) -> tuple[int, ...]:
    """`1.0` and `1` are one version: zeros at the end do not count."""
    parts = [int(part) for part in re.split(r"[._]", version)]
    while len(parts) > 1 and parts[-1] == 0:
        parts.pop()
    return tuple(parts)


def _in_transaction(file: Path) -> bool:
    try:
        return _NOT_IN_TRANSACTION.search(file.with_name(f"{file.name}.conf").read_text("utf-8")) is None
    except (OSError, UnicodeDecodeError):
        return True
