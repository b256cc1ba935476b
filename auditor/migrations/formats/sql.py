"""A folder of plain .sql files, or one big file: no tool that is known by its files."""

from __future__ import annotations

import re
from pathlib import Path

from auditor.migrations.formats.base import Format, Options, Problem, ReadResult, shown
from auditor.migrations.formats.files import SQL_SUFFIXES, MigrationFile, natural_key, read_files, sql_files
from auditor.model import Location

NAME = "sql"

NOT_UP = frozenset({"down", "undo", "rollback", "revert"})
"""What a file, or a folder, that leads back is called."""

NOT_MIGRATIONS = frozenset({"verify", "test", "tests", "seed", "seeds", "fixtures"})
"""Further folders among migrations that hold none."""


def detect(path: Path) -> int:
    """Sure of nothing: any folder with .sql files could be one.

    What looks most like one, numbered files in a folder of a telling name, is found without being named.
    """
    if path.is_file():
        return 20 if path.suffix.lower() in SQL_SUFFIXES else 0
    if not path.is_dir():
        return 0
    files = sql_files(path)
    if files:
        numbered = sum(1 for file in files if _NUMBERED.match(file.name))
        return 35 if numbered * 2 > len(files) and _TELLING.search(path.name) else 20
    return 10 if any(sql_files(folder) for folder in _folders(path)) else 0


def read(path: Path, root: Path, options: Options) -> ReadResult:
    """Every file in the order of the numbers in their names; files that lead back are left out.

    Numbers count as numbers: `2_x` comes before `10_x`. Files in sub-folders are read, in the order of their
    paths, where the folder itself holds none.
    """
    if path.is_file():
        return read_files(NAME, [MigrationFile(path, path.stem)], root, options)
    files = sql_files(path)
    problems: list[Problem] = []
    if files:
        problems = [_not_read(folder, root) for folder in _folders(path) if sql_files(folder)]
    else:
        files = [file for folder in _all_folders(path) for file in sql_files(folder)]
    names = {file.relative_to(path).as_posix().lower() for file in files}
    up = [file for file in files if not _leads_back(file.relative_to(path).as_posix(), names)]
    up.sort(key=lambda file: [natural_key(part) for part in file.relative_to(path).parts])
    result = read_files(NAME, [MigrationFile(file, _id(file, path)) for file in up], root, options)
    result.problems.extend(problems)
    return result


FORMAT = Format(
    NAME,
    "plain SQL files",
    "https://www.postgresql.org/docs/current/app-psql.html",
    detect,
    read,
)


# Private

_NUMBERED = re.compile(r"[A-Za-z]*[._-]?\d")
_TELLING = re.compile(r"migrat|upgrade|schema|changes|deploy|^sql$|^db$|^versions$", re.IGNORECASE)
_SUFFIX = re.compile(r"[._-](down|undo|rollback|revert)\.\w+$")
_UP = re.compile(r"[._-](up|do)$", re.IGNORECASE)


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


def _id(file: Path, directory: Path) -> str:
    relative = file.relative_to(directory)
    if relative.stem.lower() == "up" and len(relative.parts) > 1:
        return relative.parent.as_posix()
    return _UP.sub("", relative.with_suffix("").as_posix())


def _folders(directory: Path) -> list[Path]:
    return sorted(
        path
        for path in directory.iterdir()
        if path.is_dir()
        and not path.name.startswith((".", "__"))
        and path.name.lower() not in NOT_UP | NOT_MIGRATIONS
    )


def _all_folders(directory: Path) -> list[Path]:
    return [found for folder in _folders(directory) for found in (folder, *_all_folders(folder))]


def _not_read(folder: Path, root: Path) -> Problem:
    name = shown(folder, root)
    return Problem(
        Location(name),
        f"the .sql files in {name} were not read: the folder above it holds migrations itself",
        f"If they belong to the history, name them under `migrations:` too: `- path: {name}`.",
    )
