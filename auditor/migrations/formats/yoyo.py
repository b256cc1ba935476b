"""yoyo: `NAME.sql` beside `NAME.rollback.sql`, each after those that its `-- depends:` names.

https://ollycope.com/software/yoyo/latest/
"""

from __future__ import annotations

import re
from pathlib import Path

from auditor.migrations.formats.base import Folder, Format, Ledger, Options, ReadResult
from auditor.migrations.formats.files import MigrationFile, code_among, read_files
from auditor.migrations.formats.markers import header
from auditor.migrations.input import bytes_of

NAME = "yoyo"


def detect(folder: Folder) -> int:
    """Sure of files with its markers or beside its configuration; nearly of rollbacks."""
    if not folder.sql:
        return 0
    if folder.holds(_MARKER) or folder.above("yoyo.ini"):
        return 84
    return 60 if any(name.endswith(ROLLBACK) for name in folder.sql) else 0


def read(path: Path, root: Path, options: Options) -> ReadResult:
    """By name, as text, but none before what it depends on; migrations in Python are said to be unread."""
    folder = Folder(path)
    names = [name for name in folder.sql if not name.endswith(ROLLBACK)]
    ordered = _ordered({name.removesuffix(".sql"): _dependencies(path / name) for name in names})
    files = [MigrationFile(path / f"{name}.sql", name, _PART) for name in ordered]
    result = read_files(NAME, files, root, options)
    result.problems.extend(code_among(folder, root))
    return result


FORMAT = Format(
    NAME,
    "yoyo",
    "https://ollycope.com/software/yoyo/latest/",
    detect,
    read,
    Ledger("_yoyo_migration", "migration_id", "applied_at_utc"),
)

ROLLBACK = ".rollback.sql"


# Private

_MARKER = re.compile(rb"^--\s*(?:depends|transactional)\s*:", re.MULTILINE)
_DEPENDS = re.compile(rb"^--\s*depends\s*:(.*)$", re.MULTILINE)
_PART = header(re.compile(r"^--\s*transactional\s*:\s*false\b", re.MULTILINE | re.IGNORECASE))


def _dependencies(file: Path) -> list[str]:
    try:
        found = _DEPENDS.findall(bytes_of(file))
    except OSError:
        return []
    return [name for line in found for name in line.decode("utf-8", "replace").split()]


def _ordered(dependencies: dict[str, list[str]]) -> list[str]:
    ordered: dict[str, None] = {}
    waiting = sorted(dependencies)
    while waiting:
        ready = [
            name for name in waiting if all(d in ordered or d not in dependencies for d in dependencies[name])
        ]
        # In a circle nothing is ready: yoyo refuses it, here it is read in the order of the names.
        following = (ready or waiting)[0]
        ordered[following] = None
        waiting.remove(following)
    return list(ordered)
