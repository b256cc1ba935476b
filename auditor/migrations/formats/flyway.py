"""Flyway: `V1.2__name.sql` in the order of the versions, then `R__name.sql`; `U1.2__name.sql` leads back.

https://documentation.red-gate.com/flyway/flyway-concepts/migrations
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath

from msgspec import structs

from auditor.migrations.formats.base import WEAK, Folder, Format, Ledger, Options, ReadResult
from auditor.migrations.formats.files import MigrationFile, code_among, left_out, read_files
from auditor.migrations.formats.flyway_settings import find_settings
from auditor.migrations.input import text_of

NAME = "flyway"


def detect(folder: Folder) -> int:
    """Sure of versioned files; they may lie in sub-folders of one that is named."""
    if folder.matching(_VERSIONED):
        return 85
    names = [file.name for file in _files(folder, PurePosixPath())]
    own = [name for name in names if _VERSIONED.fullmatch(name) or _REPEATABLE.fullmatch(name)]
    return WEAK - 1 if len(own) * 2 > len(names) and any(map(_VERSIONED.fullmatch, own)) else 0


def read(path: Path, root: Path, options: Options) -> ReadResult:
    """Versions in order, repeatable ones last; a baseline only in the place of versions that are not there."""
    folder = Folder(path)
    settings = find_settings(path, root)
    names_of_versions = _names(settings.prefix, _VERSION, settings.separator)
    names_of_repeatables = _names(settings.repeatable_prefix, "", settings.separator)
    versioned: list[tuple[tuple[int, ...], PurePosixPath, str]] = []
    baselines: list[tuple[tuple[int, ...], PurePosixPath, str]] = []
    repeatable: list[PurePosixPath] = []
    others: list[str] = []
    for file in _files(folder, PurePosixPath()):
        if match := names_of_versions.fullmatch(file.name):
            versioned.append((_number(match[1]), file, match[1].replace("_", ".")))
        elif match := _BASELINE.fullmatch(file.name):
            baselines.append((_number(match[1]), file, match[1].replace("_", ".")))
        elif names_of_repeatables.fullmatch(file.name):
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
    options = replace(options, placeholders=settings.placeholders | dict(options.placeholders))
    result = read_files(NAME, files, root, options)
    if settings.default_schema is not None:
        # Flyway puts its schema in front of what the connection has.
        session = (settings.default_schema, "public")
        result.migrations[:] = [structs.replace(one, search_path=session) for one in result.migrations]
    result.problems.extend(code_among(folder, root))
    prefixes = f"{settings.prefix}1", settings.repeatable_prefix
    named = " or ".join(f"{prefix}{settings.separator}name.sql" for prefix in prefixes)
    why = f"Flyway does not run this file as a migration: its name is not {named}"
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

_VERSION = r"(\d+(?:[._]\d+)*)"
_VERSIONED = re.compile(rf"V{_VERSION}__.*\.sql", re.IGNORECASE)
_BASELINE = re.compile(r"B(\d+(?:[._]\d+)*)__.*\.sql", re.IGNORECASE)
_UNDO = re.compile(r"U(\d+(?:[._]\d+)*)__.*\.sql", re.IGNORECASE)
_REPEATABLE = re.compile(r"R__.*\.sql", re.IGNORECASE)
_NOT_IN_TRANSACTION = re.compile(r"^\s*executeInTransaction\s*=\s*false\s*$", re.MULTILINE | re.IGNORECASE)


def _names(prefix: str, version: str, separator: str) -> re.Pattern[str]:
    return re.compile(rf"{re.escape(prefix)}{version}{re.escape(separator)}.*\.sql", re.IGNORECASE)


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
        return _NOT_IN_TRANSACTION.search(text_of(file.with_name(f"{file.name}.conf"))) is None
    except (OSError, UnicodeDecodeError):
        return True
