"""The rows of a migration tool's ledger with the transactions that wrote them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from auditor.forensics.transactions import Clock
from auditor.migrations import MigrationSet
from auditor.migrations.formats import Ledger
from auditor.sql.names import quote_identifier

Connection = psycopg.Connection[Any]


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One row of a ledger.

    Attributes:
        migration: id of the migration, or what the row calls it if no file has it.
        xid: full id of the transaction that last wrote the row; None if that cannot be told.
        at: when the tool says it applied the migration, as text, or None.
    """

    migration: str
    xid: int | None
    at: str | None = None


@dataclass(frozen=True, slots=True)
class LedgerRows:
    """What the ledgers of the histories hold.

    Attributes:
        rows: of all ledgers.
        tables: the ledgers that were read, as PostgreSQL prints them.
        last_only: whether one of them keeps a single row, for the last migration.
        unread: why others were not read, for people.
    """

    rows: tuple[LedgerRow, ...] = ()
    tables: tuple[str, ...] = ()
    last_only: bool = False
    unread: tuple[str, ...] = ()


def read_ledger_rows(connection: Connection, migrations: MigrationSet, clock: Clock) -> LedgerRows:
    """Read the ledgers of every history.

    Args:
        connection: inside a read-only transaction.
        migrations: the histories, each with the ledger of its tool.
        clock: of the same transaction.

    Raises:
        psycopg.Error: from the server.
    """
    rows: list[LedgerRow] = []
    tables: list[str] = []
    unread: list[str] = []
    last_only = False
    for history in migrations.histories:
        ledger = history.format.ledger
        if ledger is None:
            unread.append(f"{history.format.title} keeps no ledger that is known here")
            continue
        found = _find(connection, ledger)
        if isinstance(found, str):
            unread.append(found)
            continue
        table, columns = found
        own = [one for one in migrations.migrations if one.layout == history.format.name]
        ids = {one.checksum if ledger.holds == "checksum" else one.id: one.id for one in own}
        last_only |= ledger.last_only or history.format.name == "alembic"
        tables.append(table)
        rows += _rows(connection, table, ledger, columns, ids, clock)
    return LedgerRows(tuple(rows), tuple(dict.fromkeys(tables)), last_only, tuple(dict.fromkeys(unread)))


# Private

_FIND = Path(__file__).with_name("ledger_table.sql")


def _find(connection: Connection, ledger: Ledger) -> tuple[str, frozenset[str]] | str:
    """The table and its columns, or why it cannot be read."""
    schema, _, name = ledger.table.rpartition(".")
    cursor = psycopg.RawCursor(connection)
    found = cursor.execute(_FIND.read_bytes(), [name, schema or None, ledger.version]).fetchone()
    if found is None:
        return f"there is no table {ledger.table} with a column {ledger.version}"
    if not found[1]:
        return f"the role may not read {found[0]}"
    return found[0], frozenset(found[2])


def _rows(
    connection: Connection,
    table: str,
    ledger: Ledger,
    columns: frozenset[str],
    ids: dict[str, str],
    clock: Clock,
) -> list[LedgerRow]:
    at = quote_identifier(ledger.applied_at) if ledger.applied_at in columns else "null"
    # No name is the user's: the columns are the tool's, the table was just printed by the server.
    query = f"""
        select l.{quote_identifier(ledger.version)}::text, l.xmin::text::bigint, {at}::text,
               (select c.relfrozenxid::text::bigint from pg_catalog.pg_class c where c.oid = l.tableoid)
          from {table} l
    """  # noqa: S608
    found = psycopg.RawCursor(connection).execute(query.encode())
    return [
        LedgerRow(ids.get(version, version), clock.full(xid, horizon), when)
        for version, xid, when, horizon in found
        if version is not None
    ]
