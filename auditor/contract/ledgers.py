"""The ledger of a live database: which migrations it names, and whether they are those of the files.

Where a tool notes more than the name of a migration (a rollback, a failure, a baseline, a checksum, the
statements), that is read as the tool means it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from auditor.comparison.bodies import same_statements
from auditor.contract.alembic_order import alembic_parents, reached
from auditor.contract.file_sums import same_content
from auditor.contract.ledger_tables import Connection, Ids, LedgerTable, Record, read_tables
from auditor.declaration.entries import LedgerEntry
from auditor.migrations.discovery import MigrationSet
from auditor.migrations.formats.base import Ledger
from auditor.model import Migration


@dataclass(frozen=True, slots=True)
class LedgerState:
    """What the ledgers of a database say.

    Attributes:
        tables: those that were read.
        layouts: of the histories whose ledgers these are.
        applied: ids of the migrations that are applied; None if no ledger was read. What no file has is named as
            the ledger names it.
        edited: ids of those whose file is not what the ledger noted when it was applied.
        unknown: what the ledger names and no file has.
        failed: what the ledger says has not come to its end.
        unread: what was not read, for people.
    """

    tables: tuple[str, ...] = ()
    layouts: tuple[str, ...] = ()
    applied: frozenset[str] | None = None
    edited: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()


def read_ledgers(
    connection: Connection, migrations: MigrationSet, configured: LedgerEntry | None = None
) -> LedgerState:
    """Read the ledgers of every history.

    Args:
        connection: to the live database, inside its transaction.
        migrations: the histories; each says which ledger its tool has.
        configured: `ledger:` of the configuration: the table to read instead.

    Raises:
        psycopg.Error: from the server.
    """
    tables, unread = read_tables(connection, migrations, configured)
    state = LedgerState(unread=unread)
    for one in tables:
        state = replace(state, tables=(*state.tables, one.table), layouts=(*state.layouts, one.layout))
        if one.last_revisions:
            state = _of_alembic(state, one.records, migrations)
        else:
            own = tuple(migration for migration in migrations.migrations if migration.layout == one.layout)
            state = _read(state, one, own, migrations.root)
    return state


# Private


def _read(state: LedgerState, read: LedgerTable, own: tuple[Migration, ...], root: Path) -> LedgerState:
    layout, ledger, rows = read.layout, read.ledger, read.records
    ids = Ids(own, ledger)
    applied = set(state.applied or ())
    unknown: list[str] = []
    failed: list[str] = []
    latest: dict[str, Record] = {}
    for row in rows:
        if (named := row.get(ledger.version)) is not None or row.get("script"):
            latest[str(named if named is not None else row["script"])] = row
    edited: list[str] = []
    strange = 0
    for named, row in latest.items():
        standing = _standing(row)
        migration = ids.of(named)
        if standing == "failed":
            failed.append(migration.id if migration is not None else named)
        if standing != "applied":
            continue
        if migration is None:
            if not _is_no_migration(layout, named, row):
                unknown.append(named)
                applied.add(named)
            continue
        applied.add(migration.id)
        same = _same(layout, ledger, row, migration, root)
        if same is False:
            edited.append(migration.id)
        strange += same is None and row.get(ledger.checksum or "") is not None
    if layout == "flyway":
        applied |= _baselined(rows, own)
    if ledger.last_only:
        last = max((number for number, one in enumerate(own) if one.id in applied), default=-1)
        applied |= {one.id for one in own[: last + 1]}
    unread: list[str] = []
    if strange:
        unread.append(f"checksums of {read.table}: they are not of the files alone, and are not compared")
    return replace(
        state,
        applied=frozenset(applied),
        edited=(*state.edited, *edited),
        unknown=(*state.unknown, *unknown),
        failed=(*state.failed, *failed),
        unread=(*state.unread, *unread),
    )


def _of_alembic(state: LedgerState, rows: Iterable[Record], migrations: MigrationSet) -> LedgerState:
    """Alembic notes the last revisions only; every one that these build on was applied before them."""
    heads = [str(row["version_num"]) for row in rows if row["version_num"] is not None]
    known = {one.id for one in migrations.migrations if one.layout == "alembic"}
    applied = frozenset(reached(heads, alembic_parents(migrations))) | (state.applied or frozenset())
    unknown = tuple(head for head in heads if head not in known)
    return replace(state, applied=applied, unknown=(*state.unknown, *unknown))


def _standing(row: Record) -> str:
    """`applied`, `failed` (begun, and not come to its end), or `undone`."""
    if row.get("dirty") == "true" or row.get("success") == "false":
        return "failed"
    if row.get("is_applied") == "false" or row.get("type") in {"UNDO_SQL", "UNDO_SPRING_JDBC", "DELETE"}:
        return "undone"
    if "rolled_back_at" in row and row["rolled_back_at"] is not None:
        return "undone"
    if "finished_at" in row and row["finished_at"] is None and "rolled_back_at" in row:
        return "failed"
    if row.get("error") and row.get("applied") != row.get("total"):
        return "failed"
    return "applied"


def _is_no_migration(layout: str, named: str, row: Record) -> bool:
    """Rows that a tool puts there for itself: goose's version 0, Flyway's schema and baseline."""
    return (layout == "goose" and named == "0") or (
        layout == "flyway" and row.get("type") in {"SCHEMA", "BASELINE", "UNDO_SQL"}
    )


def _baselined(rows: Iterable[Record], own: Iterable[Migration]) -> set[str]:
    """What Flyway takes as applied because a baseline says so: every version up to it."""
    marks = [row["version"] for row in rows if row.get("type") == "BASELINE" and row.get("version")]
    if not marks:
        return set()
    highest = max(_version(mark) for mark in marks)
    return {one.id for one in own if (version := _version(one.id)) and version <= highest}


def _version(text: str) -> tuple[int, ...]:
    digits = text.lstrip("Vv").partition("__")[0].replace("_", ".").split(".")
    return tuple(int(one) for one in digits) if all(one.isdigit() for one in digits) else ()


def _same(layout: str, ledger: Ledger, row: Record, migration: Migration, root: Path) -> bool | None:
    """Whether the file is what the ledger noted; None if it noted nothing that can be compared."""
    if ledger.holds == "checksum":
        return True
    path = root / migration.file
    statements = row.get("statements")
    if layout == "supabase" and statements:
        return same_statements(statements, [one.text for one in migration.statements])
    recorded = row.get(ledger.checksum or "")
    if not recorded or not path.is_file():
        return None
    return same_content(layout, str(recorded), path.read_bytes())
