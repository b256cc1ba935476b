"""What an Alembic revision builds on: its ledger names the last revisions only.

https://alembic.sqlalchemy.org/en/latest/tutorial.html#running-our-first-migration
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from auditor.migrations.discovery import MigrationSet
from auditor.migrations.formats.alembic.child import read_header


def reached(heads: Collection[str], parents: Mapping[str, Collection[str]]) -> set[str]:
    """The heads and all they build on.

    Args:
        heads: ids; one that no file has counts as itself.
        parents: what each revision builds on directly.
    """
    found: set[str] = set()
    work = list(heads)
    while work:
        revision = work.pop()
        if revision not in found:
            found.add(revision)
            work.extend(parents.get(revision, ()))
    return found


def alembic_parents(migrations: MigrationSet) -> dict[str, tuple[str, ...]]:
    """What each Alembic revision builds on: `down_revision`, and `depends_on` by id or branch label.

    Read from the files without running them. A revision whose header is computed is taken to build on the one
    before it in the order of the history.
    """
    headers: dict[str, dict[str, Any]] = {}
    labels: dict[str, str] = {}
    revisions = [migration for migration in migrations.migrations if migration.layout == "alembic"]
    for migration in revisions:
        header = read_header(str(migrations.root / migration.file))
        headers[migration.id] = header
        labels |= dict.fromkeys(_texts(header.get("branch_labels")), migration.id)
    parents: dict[str, tuple[str, ...]] = {}
    previous: str | None = None
    for migration in revisions:
        header = headers[migration.id]
        if "down_revision" in header:
            named = (*_texts(header["down_revision"]), *_texts(header.get("depends_on")))
            parents[migration.id] = tuple(_resolved(name, headers, labels) for name in named)
        else:
            parents[migration.id] = (previous,) if previous is not None else ()
        previous = migration.id
    return parents


# Private


def _texts(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    if isinstance(value, tuple | list | set | frozenset):
        return tuple(str(one) for one in value)
    return ()


def _resolved(name: str, revisions: Collection[str], labels: Mapping[str, str]) -> str:
    """The id that a reference means: itself, a branch label, or the beginning of an id, as Alembic allows."""
    if name in revisions:
        return name
    name = name.partition("@")[0] if name.partition("@")[2] in {"head", "heads", "base"} else name
    if name in labels:
        return labels[name]
    begun = [revision for revision in revisions if revision.startswith(name)]
    return begun[0] if len(begun) == 1 else name
