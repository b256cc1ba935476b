"""Which files of a project are source code.

In a git work tree they are the files that git knows or would add: what is ignored is nobody's source. Elsewhere,
and below any root, directories of installed or built things are left out.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from auditor.source.languages import BY_SUFFIX
from auditor.source.words import words

MAX_BYTES = 1_048_576
"""Larger files (1 MiB) are not read: no person wrote them."""

MAX_LINE = 20_000
"""A script with a longer line is minified; what it came from is read instead."""

INSTALLED = words(
    "node_modules bower_components site-packages __pycache__ .git .hg .svn .venv venv vendor .yarn .pnpm-store"
)
"""Directories of what others wrote."""

BUILT = words("dist build target out .next .nuxt .svelte-kit coverage .tox .mypy_cache .pytest_cache .cache")
"""Directories of what was made from sources; left out where git does not tell."""

PAGES = frozenset({".vue", ".svelte"})
"""Pages whose scripts are read."""

STATEMENTS = frozenset({".sql", ".pgsql"})
"""Files of SQL that are no migrations: queries that a program loads."""

SCHEMAS = frozenset({".prisma"})

UNREAD: dict[str, str] = {
    ".astro": "Astro", ".dart": "Dart", ".swift": "Swift", ".scala": "Scala", ".groovy": "Groovy", ".ex": "Elixir",
    ".exs": "Elixir", ".erl": "Erlang", ".clj": "Clojure", ".cljs": "Clojure", ".hs": "Haskell", ".ml": "OCaml",
    ".fs": "F#", ".vb": "Visual Basic", ".pl": "Perl", ".pm": "Perl", ".lua": "Lua", ".r": "R", ".jl": "Julia",
    ".c": "C", ".cc": "C++", ".cpp": "C++", ".h": "C", ".hpp": "C++", ".m": "Objective-C", ".zig": "Zig",
    ".nim": "Nim", ".cr": "Crystal", ".sh": "shell", ".bash": "shell", ".ps1": "PowerShell", ".ipynb": "Jupyter",
    ".erb": "ERB", ".coffee": "CoffeeScript",
}  # fmt: skip
"""Languages that programs are written in and that are not read: said so where a guard covers them."""


@dataclass(frozen=True, slots=True)
class Listing:
    """The files of a project.

    Attributes:
        root: what paths are relative to.
        source: paths of what is read, with forward slashes, sorted.
        unread: paths of source code in languages that are not read.
    """

    root: Path
    source: tuple[str, ...]
    unread: tuple[str, ...]


def list_files(root: Path, leave_out: Iterable[str] = ()) -> Listing:
    """The source files below a directory.

    Args:
        root: an existing directory.
        leave_out: files and directories that hold migrations, relative to the root.
    """
    away = tuple(leave_out)
    names = sorted(
        name
        for name in (_from_git(root) or _from_disk(root))
        if INSTALLED.isdisjoint(PurePosixPath(name).parts[:-1])
        and not any(name == one or name.startswith(f"{one}/") for one in away)
    )
    read = BY_SUFFIX.keys() | PAGES | STATEMENTS | SCHEMAS
    return Listing(
        root,
        tuple(name for name in names if _suffix(name) in read),
        tuple(name for name in names if _suffix(name) in UNREAD),
    )


# Private


def _suffix(name: str) -> str:
    return PurePosixPath(name).suffix.lower()


def _from_git(root: Path) -> list[str]:
    """What git lists below the root; nothing where there is no git, no work tree, or only ignored files."""
    command = ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        found = subprocess.run(command, capture_output=True, timeout=60, check=False)
    except (OSError, subprocess.SubprocessError):
        return []
    if found.returncode != 0:
        return []
    names = {name for name in found.stdout.decode("utf-8", "surrogateescape").split("\0") if name}
    return [name for name in names if (root / name).is_file()]


def _from_disk(root: Path) -> Iterator[str]:
    for directory, folders, files in os.walk(root):
        folders[:] = sorted(name for name in folders if name not in INSTALLED | BUILT)
        base = Path(directory)
        for name in files:
            yield (base / name).relative_to(root).as_posix()
