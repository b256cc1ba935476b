# ruff: noqa: SLF001 -- which parent is missing only the private names tell
"""The order in which Alembic runs revisions, found out without executing them where that is possible."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from alembic import util as alembic_util
from alembic.script.revision import Revision, RevisionMap

from auditor.migrations.formats.alembic.child import HEADER, describe, load_module, read_header


def ordered_revisions(files: Iterable[str], send: Callable[..., None]) -> Iterator[tuple[str, str]]:
    """Id and file of each revision in the order in which `alembic upgrade heads` runs them.

    Args:
        files: the revisions' files.
        send: told `("problem", file, line, message)` of each file that is no revision, and of a broken graph.
    """
    revisions: dict[str, Revision] = {}
    paths: dict[str, str] = {}
    for path in files:
        header = read_header(path)
        if "revision" not in header or "down_revision" not in header:
            header = _executed_header(path, header, send)
        revision = header.get("revision")
        if not isinstance(revision, str):
            send("problem", path, 1, "the file does not say which revision it is (`revision = ...`)")
            continue
        if revision in revisions:
            send("problem", path, 1, f"revision {revision} is also {Path(paths[revision]).name}")
            continue
        try:
            revisions[revision] = Revision(
                revision,
                header.get("down_revision"),
                dependencies=header.get("depends_on"),
                branch_labels=header.get("branch_labels"),
            )
        except alembic_util.CommandError as error:
            send("problem", path, 1, str(error))
            continue
        paths[revision] = path
    try:
        found = RevisionMap(lambda: list(revisions.values()))
        ordered = [r.revision for r in found.iterate_revisions("heads", None, implicit_base=True)][::-1]
    except Exception as error:  # noqa: BLE001 -- KeyError among others, for a missing down_revision
        send("problem", "", 1, f"Alembic cannot put the revisions into an order: {_graph_error(error, revisions)}")
        ordered = list(_fallback_order(revisions))
    for revision in ordered:
        yield revision, paths[revision]
    for revision in revisions.keys() - set(ordered):
        send("problem", paths[revision], 1, f"revision {revision} is not reached by `alembic upgrade heads`")


# Private


def _executed_header(path: str, header: dict[str, Any], send: Callable[..., None]) -> dict[str, Any]:
    try:
        module = load_module(path)
    except BaseException as error:  # noqa: BLE001 -- anything a revision may raise
        reason, line = describe(error, path)
        send("problem", path, line, reason)
        return header
    return {name: getattr(module, name, None) for name in HEADER}


def _graph_error(error: Exception, revisions: dict[str, Revision]) -> str:
    if isinstance(error, KeyError):
        missing = error.args[0]
        children = [r.revision for r in revisions.values() if missing in r._all_down_revisions]
        return f"revision {missing}, which {', '.join(children) or 'another'} comes after, is not there"
    return " ".join(str(error).split())


def _fallback_order(revisions: dict[str, Revision]) -> Iterator[str]:
    """Each revision after those of its parents that are there, as far as that goes."""
    done: set[str] = set()
    waiting = list(revisions)
    while waiting:
        ready = [r for r in waiting if all(p in done or p not in revisions for p in _parents(revisions[r]))]
        for revision in ready or waiting[:1]:
            done.add(revision)
            waiting.remove(revision)
            yield revision


def _parents(revision: Revision) -> tuple[str, ...]:
    return (*alembic_util.to_tuple(revision.down_revision, ()), *alembic_util.to_tuple(revision.dependencies, ()))
