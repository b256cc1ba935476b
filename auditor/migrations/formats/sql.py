"""A folder of plain .sql files, or one big file: no tool that is known by its files."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from auditor.migrations.formats.base import SQL_SUFFIXES, Folder, Format, Options, Problem, ReadResult, shown
from auditor.migrations.formats.files import MigrationFile, code_among, left_out, natural_key, read_files
from auditor.model import Migration

NAME = "sql"

NOT_UP = frozenset({"down", "undo", "rollback", "revert"})
"""What a file, or a folder, that leads back is called."""

NOT_MIGRATIONS = frozenset({"verify", "test", "tests", "seed", "seeds", "fixtures", "node_modules"})
"""Further folders among migrations that hold none."""


def detect(folder: Folder) -> int:
    """Sure of nothing: any folder with .sql files could be one.

    What looks most like one, numbered files in a folder of a telling name, is found without being named.
    """
    if folder.is_file:
        return 20 if folder.name.lower().endswith(SQL_SUFFIXES) else 0
    if folder.sql:
        numbered = len(folder.matching(_NUMBERED))
        telling = _TELLING.search(folder.name) and not _KEPT.search(folder.name)
        if numbered * 2 > len(folder.sql):
            return 35 if telling else 20
        return 15
    return 10 if any(folder.folder(name).sql for name in _inner(folder)) else 0


def read(path: Path, root: Path, options: Options) -> ReadResult:
    """Every file in the order of the numbers in their names; files that lead back are left out.

    Numbers count as numbers: `2_x` comes before `10_x`. Files in sub-folders are read, in the order of their
    paths, where the folder itself holds none.
    """
    if path.is_file():
        return read_files(NAME, [MigrationFile(path, path.stem)], root, options)
    folder = Folder(path)
    problems: list[Problem] = code_among(folder, root)
    if folder.sql:
        files = [PurePosixPath(name) for name in folder.sql]
        inner = [name for name in _inner(folder) if folder.folder(name).sql]
        problems += left_out(path, inner, _NOT_READ, "If they belong to the history, list that folder too.", root)
    else:
        files = list(_below(folder, PurePosixPath()))
    names = {str(file).lower() for file in files}
    up = [file for file in files if not _leads_back(str(file), names)]
    up.sort(key=lambda file: [natural_key(part) for part in file.parts])
    wanted = [MigrationFile(path / file, _id(file)) for file in up]
    result = read_files(NAME, wanted, root, options)
    included = _included(result.migrations)
    if included:  # and what they include is no migration of its own
        own = [m.file for m in result.migrations if m.file not in included]
        wanted = [file for file in wanted if shown(file.path, root) in own]
        result = read_files(NAME, wanted, root, options)
        problems = [p for p in problems if not any(one.startswith(f"{p.location.file}/") for one in included)]
    result.problems.extend(problems)
    return result


FORMAT = Format(
    NAME,
    "plain SQL files",
    "https://www.postgresql.org/docs/current/app-psql.html",
    detect,
    read,
    self_contained=True,
)


# Private

_NUMBERED = re.compile(r"[A-Za-z]*[._-]?\d.*")
_TELLING = re.compile(r"migrat|upgrade|schema|changes|deploy|^sql$|^db$|^versions$", re.IGNORECASE)
_KEPT = re.compile(r"backup|archive|old|legacy|deprecated|test|seed", re.IGNORECASE)
_SUFFIX = re.compile(r"[._-](down|undo|rollback|revert)\.\w+$")
_UP = re.compile(r"[._-](up|do)$", re.IGNORECASE)
_NOT_READ = "the .sql files in this folder were not read: the one above it holds migrations itself"


def _included(migrations: Sequence[Migration]) -> set[str]:
    """Files that others of the migrations include; of several that include one another not the first."""
    within = {m.file: {s.file for s in m.statements} - {m.file} for m in migrations}
    anywhere = set().union(*within.values())
    found: set[str] = set()
    for file in sorted(within, key=lambda file: file in anywhere):
        if file not in found:
            found |= within[file]
    return found


def _leads_back(name: str, names: set[str]) -> bool:
    """`x.down.sql`, `down.sql`, `1.undo.x.sql`; `x_down.sql` only beside its `x_up.sql` or `x.sql`."""
    folder, _, file = name.lower().rpartition("/")
    if any(part in NOT_UP for part in file.split(".")[:-1]):
        return True
    match = _SUFFIX.search(file)
    if match is None:
        return False
    before = f"{folder}/{file[: match.start()]}" if folder else file[: match.start()]
    separator, suffix = match.group()[0], file[file.rindex(".") :]
    return any(
        f"{before}{counterpart}{suffix}" in names
        for counterpart in ("", f"{separator}up", f"{separator}do", f"{separator}deploy")
    )


def _id(file: PurePosixPath) -> str:
    if file.stem.lower() == "up" and len(file.parts) > 1:
        return str(file.parent)
    return _UP.sub("", str(file.with_suffix("")))


def _inner(folder: Folder) -> list[str]:
    return [
        name
        for name in folder.folders
        if not name.startswith("__") and name.lower() not in NOT_UP | NOT_MIGRATIONS
    ]


def _below(folder: Folder, path: PurePosixPath) -> Iterator[PurePosixPath]:
    for name in _inner(folder):
        inner = folder.folder(name)
        yield from (path / name / file for file in inner.sql)
        yield from _below(inner, path / name)
