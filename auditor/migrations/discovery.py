"""Find the histories below a directory, and read their files."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache as memoized
from pathlib import Path
from typing import Protocol

import msgspec

from auditor.migrations.cache import Cache, fingerprint_of_source, versions_of
from auditor.migrations.formats import FORMATS, UNSURE, WEAK, Format, Options, Problem
from auditor.migrations.formats.base import OTHER_SYSTEMS, Folder, Ledger, shown
from auditor.migrations.formats.files import left_out
from auditor.migrations.session_defaults import changed_search_paths
from auditor.model import Location, Migration

MAX_DEPTH = 12
"""How many directories deep a history is looked for when no path is given."""

_SKIPPED = """
venv env node_modules bower_components site-packages dist-packages __pycache__ dist build target vendor
test tests __tests__ testdata fixtures examples
"""
SKIPPED_DIRECTORIES = frozenset(_SKIPPED.split())
"""Directories that hold no history of the project, or those of others; nor do hidden ones."""


_OWN_NAMES = frozenset({"postgres", "postgresql", "pgsql", "psql", "pg"})


class MigrationSource(Protocol):
    """An entry of `migrations:` in `classifications.yaml`."""

    @property
    def path(self) -> str:
        """File or directory, relative to the root."""

    @property
    def layout(self) -> str | None:
        """Name of a format, or None: to be detected."""

    @property
    def placeholders(self) -> Mapping[str, str]:
        """Texts that stand for something else, and what to put in their place."""

    @property
    def search_path(self) -> Sequence[str]:
        """Of the sessions that run the migrations; empty: the tool's or the server's default."""


@dataclass(frozen=True, slots=True)
class Source:
    """A :class:`MigrationSource` that stands in no file."""

    path: str
    layout: str | None = None
    placeholders: Mapping[str, str] = field(default_factory=dict)
    search_path: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """A history that was found.

    Attributes:
        path: file or directory.
        format: its layout.
        placeholders, search_path: those of its source.
        count: how many migrations were read there; 0 until they are.
        why_not: why there are none, if there are none.
    """

    path: Path
    format: Format
    placeholders: Mapping[str, str] = field(default_factory=dict)
    search_path: Sequence[str] = ()
    count: int = 0
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class MigrationSet:
    """A history as it lies in files.

    Attributes:
        root: what every path in it is relative to.
        migrations: in the order in which the tool runs them; several histories follow one another as the
            sources name them. Each id is there once: `7` of a second history is `7@its/folder`.
        problems: what could not be read.
        histories: where they lie and in which layout.
    """

    root: Path
    migrations: tuple[Migration, ...]
    problems: tuple[Problem, ...] = ()
    histories: tuple[Found, ...] = ()

    @property
    def ledgers(self) -> tuple[Ledger, ...]:
        """The tables in which the tools of these histories note what they applied."""
        return tuple(dict.fromkeys(f.format.ledger for f in self.histories if f.format.ledger is not None))

    @property
    def identity(self) -> str:
        """Which history this is, however its files change: the name of its cache file."""
        return _identity(self.root, self.histories)


def discover(root: Path, sources: Sequence[MigrationSource] = ()) -> tuple[list[Found], list[Problem]]:
    """Where the histories lie, and what was wrong with the places named.

    Args:
        root: an existing directory.
        sources: as configured. None at all: every history below the root that is beyond doubt.
    """
    found: list[Found] = []
    problems: list[Problem] = []
    if not sources:
        found = _search(root)
        if not found:
            problems.append(_nothing(".", f"no migrations were found below {root}"))
        return found, problems
    for source in sources:
        path = (root / str(source.path)).absolute()
        result = _resolve(path, source, root)
        found += (one for one in result if isinstance(one, Found))
        problems += (one for one in result if isinstance(one, Problem))
    return found, problems


def read_migrations(
    root: Path, sources: Sequence[MigrationSource] = (), cache: Cache | None = None
) -> MigrationSet:
    """Find and read the files of every history.

    Nothing raises for what is wrong in a file: it becomes a problem, and the rest is read.

    Args:
        root: an existing directory; every path in the result is relative to it.
        sources: see :func:`discover`.
        cache: where what was read is remembered; None takes the file for these histories in the user's cache
            directory. It is saved before this returns.
    """
    root = root.absolute()
    found, problems = discover(root, sources)
    if cache is None:
        cache = Cache.of_history("files", _identity(root, found), stamp())
    migrations: list[Migration] = []
    ids: set[str] = set()
    for number, history in enumerate(found):
        result = history.format.read(history.path, root, Options(history.placeholders, cache))
        own = result.migrations
        if history.search_path:
            path = tuple(history.search_path)
            own = [msgspec.structs.replace(migration, search_path=path) for migration in own]
        problems += changed_search_paths(own)
        migrations += _with_ids_of_their_own(own, ids, shown(history.path, root))
        problems += result.problems
        if not result.migrations and not result.problems:
            problems.append(
                _nothing(shown(history.path, root), f"{shown(history.path, root)} holds no migrations")
            )
        why_not = "" if own else next((one.message for one in result.problems), "it holds no migrations")
        found[number] = replace(history, count=len(own), why_not=why_not)
    cache.save()
    return MigrationSet(root, tuple(migrations), tuple(problems), tuple(found))


@memoized
def stamp() -> str:
    """What the reading of a file depends on beside its bytes."""
    modules = (f"migrations/{name}.py" for name in ("includes", "placeholders", "psql", "splitting", "statements"))
    return versions_of() + fingerprint_of_source("migrations/formats", "model/migration.py", *modules)


# Private


def _identity(root: Path, found: Sequence[Found]) -> str:
    return "\0".join([str(root), *(f"{history.format.name} {history.path}" for history in found)])


def _with_ids_of_their_own(migrations: Sequence[Migration], taken: set[str], place: str) -> list[Migration]:
    """Where an earlier history has a migration of the same id, the later one gets its place behind the id."""
    found = [msgspec.structs.replace(m, id=f"{m.id}@{place}") if m.id in taken else m for m in migrations]
    taken.update(migration.id for migration in found)
    return found


def _nothing(file: str, message: str) -> Problem:
    return Problem(
        Location(file),
        message,
        "Name the folder with the migrations: `auditor init --migrations db`, or under `migrations:` in "
        "classifications.yaml (`- path: db`).",
        "nothing-to-check",
    )


def _resolve(path: Path, source: MigrationSource, root: Path) -> Sequence[Found | Problem]:
    """The history that lies at a place; of one that only may hold some of its own, those that lie below it."""
    name = shown(path, root)
    if not path.exists():
        return [_nothing(name, f"{name} does not exist")]
    if source.layout is not None:
        forced = next((f for f in FORMATS if f.name == source.layout), None)
        if forced is None:
            names = ", ".join(f.name for f in FORMATS)
            why = f"there is no layout called {source.layout!r}"
            return [Problem(Location(name), why, f"The layouts are: {names}.")]
        return [Found(path, forced, source.placeholders, source.search_path)]
    folder = Folder(path)
    best = _best(folder)
    if best is None or (best[0] < UNSURE and not folder.is_file):
        below = _search(path)
        if below:
            own = [replace(one, placeholders=source.placeholders, search_path=source.search_path) for one in below]
            return [*own, *_beside(folder, below, root)]
    if best is None:
        return [_nothing(name, f"{name} holds no migrations of a known layout")]
    return [Found(path, best[1], source.placeholders, source.search_path)]


def _beside(folder: Folder, found: Sequence[Found], root: Path) -> list[Problem]:
    """Files and folders of SQL in a directory in which the histories lie deeper."""
    places = [history.path for history in found]
    names = list(folder.sql)
    for name in folder.folders:
        path = folder.path / name
        apart = not any(place == path or path in place.parents for place in places)
        if apart and name not in SKIPPED_DIRECTORIES and folder.folder(name).sql:
            names.append(name)
    why = f"this was not read: the migrations lie in {shown(places[0], root)}"
    return left_out(folder.path, names, why, "If it belongs to the history, list it too.", root)


def _best(folder: Folder) -> tuple[int, Format] | None:
    """The likeliest format; of equally likely ones the first in the registry."""
    score, best = 0, None
    for candidate in FORMATS:
        certainty = candidate.detect(folder)
        if certainty > score:
            score, best = certainty, candidate
    return (score, best) if best is not None else None


def _search(root: Path) -> list[Found]:
    found: list[Found] = []
    depth_of_root = len(root.parts)
    for directory, names, _ in os.walk(root):
        path = Path(directory)
        best = _best(Folder(path))
        if best is not None and best[0] >= WEAK:
            found.append(Found(path, best[1]))
            names.clear()
        elif len(path.parts) - depth_of_root >= MAX_DEPTH:
            names.clear()
        else:
            names[:] = sorted(_looked_into(names))
    return found


def _looked_into(names: Sequence[str]) -> Iterator[str]:
    """Directories that may hold a history; of twins for several database systems those for PostgreSQL."""
    has_own = any(name.lower() in _OWN_NAMES for name in names)
    for name in names:
        for_others = has_own and name.lower() in OTHER_SYSTEMS
        if name not in SKIPPED_DIRECTORIES and not name.startswith(".") and not for_others:
            yield name
