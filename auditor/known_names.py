"""Names of a project's objects, as they were when its migrations were last read: what a shell may complete.

A shell asks at every press of a key. Nothing is read, run or connected to for it but one small file in the cache,
which every reading of the migrations brings up to date. This module imports nothing that is slow to load.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from auditor.config import cache_directory

MOST_PROJECTS = 100
"""Projects whose names are kept."""

_SUFFIX = ".names"


def remember(root: Path, objects: Iterable[tuple[str, str]]) -> None:
    """Note (kind, identity) of each object; whatever state the disk is in, nothing is raised.

    Args:
        root: of the project.
        objects: in any order; those with line feeds or tabs are left out.
    """
    path = _path(root)
    if path is None:
        return
    lines = sorted(f"{kind}\t{identity}\n" for kind, identity in objects if (kind + identity).isprintable())
    data = "".join(lines).encode("utf-8", "surrogatepass")
    with suppress(OSError):
        if path.is_file() and path.read_bytes() == data:
            return
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(suffix=".tmp", dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(name).replace(path)
        _prune(path.parent)


def known(root: Path) -> list[tuple[str, str]]:
    """(kind, identity) of the objects that are remembered; none where nothing is."""
    path = _path(root)
    try:
        text = path.read_text(encoding="utf-8", errors="replace") if path is not None else ""
    except OSError:
        return []
    return [(kind, identity) for kind, tab, identity in (one.partition("\t") for one in text.splitlines()) if tab]


# Private


def _prune(directory: Path) -> None:
    """Of many projects the longest unread are forgotten; a review reads its base in a directory of its own."""
    files = sorted(directory.glob(f"*{_SUFFIX}"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in files[MOST_PROJECTS:]:
        path.unlink(missing_ok=True)


def _path(root: Path) -> Path | None:
    directory = cache_directory()
    if directory is None:
        return None
    name = hashlib.sha256(str(root.resolve()).encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return directory / f"{name}{_SUFFIX}"
