"""Atlas versioned migrations: `TIMESTAMP_name.sql` beside `atlas.sum`, up only.

https://atlasgo.io/concepts/migration-directory-integrity
"""

from __future__ import annotations

import re
from pathlib import Path

from auditor.migrations.formats.base import Folder, Format, Ledger, Options, ReadResult
from auditor.migrations.formats.files import MigrationFile, read_files
from auditor.migrations.formats.markers import header

NAME = "atlas"


def detect(folder: Folder) -> int:
    """Sure of `atlas.sum`, unless the files are in the style of another tool, which Atlas can read too."""
    return 84 if "atlas.sum" in folder.files and folder.sql else 0


def read(path: Path, root: Path, options: Options) -> ReadResult:
    """In the order of the names, as text.

    A checkpoint holds what came before it for new databases; it is left out where what came before is there.
    """
    folder = Folder(path)
    files = [
        MigrationFile(path / name, name.removesuffix(".sql").partition("_")[0], _PART)
        for number, name in enumerate(folder.sql)
        if number == 0 or not folder.holds(_CHECKPOINT, [name])
    ]
    return read_files(NAME, files, root, options)


FORMAT = Format(
    NAME,
    "Atlas",
    "https://atlasgo.io/versioned/intro",
    detect,
    read,
    Ledger("atlas_schema_revisions.atlas_schema_revisions", "version", "executed_at", "hash"),
    self_contained=True,
)


# Private

_CHECKPOINT = re.compile(rb"^-- atlas:checkpoint\b", re.MULTILINE)
_PART = header(re.compile(r"^-- atlas:txmode none\b", re.MULTILINE))
