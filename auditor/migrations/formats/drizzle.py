"""Drizzle Kit: `NNNN_name.sql` in the order of `meta/_journal.json`; since 1.0 a folder for each migration.

The file's `--> statement-breakpoint` is a comment to PostgreSQL as well.

https://orm.drizzle.team/docs/drizzle-kit-migrate
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from auditor.migrations.formats.base import Folder, Format, Ledger, Options, Problem, ReadResult, shown
from auditor.migrations.formats.files import MigrationFile, left_out, read_files
from auditor.migrations.input import bytes_of
from auditor.model import Location

NAME = "drizzle"


def detect(folder: Folder) -> int:
    """Sure of a journal, and of folders with a migration beside its snapshot."""
    if JOURNAL in folder.folder("meta").files and "meta" in folder.folders:
        return 95
    return 85 if _folders(folder) else 0


def read(path: Path, root: Path, options: Options) -> ReadResult:
    """In the order of the journal; a file that it does not know is said to be left out."""
    folder = Folder(path)
    if _folders(folder):
        names = [MigrationFile(path / name / "migration.sql", name) for name in _folders(folder)]
        return read_files(NAME, names, root, options)
    journal = path / "meta" / JOURNAL
    try:
        entries = sorted(msgspec.json.decode(bytes_of(journal), type=_Journal).entries, key=lambda e: e.idx)
    except (OSError, msgspec.MsgspecError) as error:
        place = Location(shown(journal, root))
        return ReadResult([], [Problem(place, f"the journal cannot be read: {error}", "Restore it.")])
    result = read_files(NAME, [MigrationFile(path / f"{e.tag}.sql", e.tag) for e in entries], root, options)
    known = {f"{entry.tag}.sql" for entry in entries}
    others = [name for name in folder.sql if name not in known]
    why = "Drizzle leaves this file out: the journal does not name it"
    help_ = "Run `drizzle-kit generate --custom` for a migration of your own, or take it away."
    result.problems.extend(left_out(path, others, why, help_, root))
    return result


FORMAT = Format(
    NAME,
    "Drizzle Kit",
    "https://orm.drizzle.team/docs/drizzle-kit-migrate",
    detect,
    read,
    Ledger("drizzle.__drizzle_migrations", "hash", "created_at", holds="checksum"),
)

JOURNAL = "_journal.json"


# Private


class _Entry(msgspec.Struct, frozen=True):
    idx: int
    tag: str


class _Journal(msgspec.Struct, frozen=True):
    entries: list[_Entry]


def _folders(folder: Folder) -> list[str]:
    return [
        name for name in folder.folders if {"migration.sql", "snapshot.json"} <= set(folder.folder(name).files)
    ]
