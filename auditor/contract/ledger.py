"""Which migrations a live database says were applied: the ledger of the tool, read as the tool means it.

Alembic's names the last revisions only; every one that these build on was applied before them.
https://alembic.sqlalchemy.org/en/latest/tutorial.html#running-our-first-migration
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import psycopg

from auditor.migrations import MigrationSet
from auditor.migrations.formats.alembic.child import read_header
from auditor.migrations.formats.base import Ledger
from auditor.sql.names import quote_identifier

Connection = psycopg.Connection[Any]


def applied_migrations(connection: Connection, migrations: MigrationSet) -> frozenset[str] | None:
    """Ids of the migrations that the ledgers of a database name.

    Args:
        connection: to the live database, inside its transaction.
        migrations: the histories; each says which ledger its tool has.

    Returns:
        None if no history has a ledger, none is there, or the role may not read it: then nothing is known.

    Raises:
        psycopg.Error: from the server.
    """
    applied: set[str] = set()
    known = False
    for history in migrations.histories:
        ledger = history.format.ledger
        rows = _rows(connection, ledger) if ledger is not None else None
        if rows is None:
            continue
        known = True
        own = [migration for migration in migrations.migrations if migration.layout == history.format.name]
        if history.format.name == "alembic":
            applied |= reached(rows, alembic_parents(migrations))
        elif ledger is not None and ledger.holds == "checksum":
            applied |= {migration.id for migration in own if migration.checksum in rows}
        elif ledger is not None and ledger.last_only:
            last = max((number for number, migration in enumerate(own) if migration.id in rows), default=-1)
            applied |= rows | {migration.id for migration in own[: last + 1]}
        else:
            applied |= rows
    return frozenset(applied) if known else None


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


@cache
def _query() -> bytes:
    return Path(__file__).with_name("ledger.sql").read_bytes()


def _rows(connection: Connection, ledger: Ledger) -> set[str] | None:
    schema, _, table = ledger.table.rpartition(".")
    cursor = psycopg.RawCursor(connection)
    found = cursor.execute(_query(), [table, schema or None, ledger.version]).fetchone()
    if found is None or not found[1]:
        return None
    # Both names are not the user's: the column is the tool's, the table was just printed by the server.
    query = f"select {quote_identifier(ledger.version)}::text from {found[0]}"  # noqa: S608
    return {row[0] for row in cursor.execute(query.encode()) if row[0] is not None}


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
