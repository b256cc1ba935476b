"""The rows of a migration tool's ledger by the transactions that wrote them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from auditor.contract.ledger_tables import Ids, LedgerTable
from auditor.forensics.transactions import Clock
from auditor.migrations.discovery import MigrationSet


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


def ledger_rows(
    tables: Iterable[LedgerTable], unread: tuple[str, ...], migrations: MigrationSet, clock: Clock
) -> LedgerRows:
    """The rows of the ledgers that were read.

    Args:
        tables: from :func:`~auditor.contract.ledger_tables.read_tables`.
        unread: likewise.
        migrations: the histories.
        clock: of the same transaction.
    """
    rows: list[LedgerRow] = []
    names: list[str] = []
    last_only = False
    for table in tables:
        ids = Ids(tuple(one for one in migrations.migrations if one.layout == table.layout), table.ledger)
        names.append(table.table)
        last_only |= table.ledger.last_only or table.last_revisions
        for record, stamp in zip(table.records, table.stamps, strict=True):
            named = record[table.ledger.version]
            if named is not None:
                known = ids.of(named)
                xid = clock.full(stamp.xmin, stamp.horizon)
                rows.append(LedgerRow(known.id if known is not None else named, xid, stamp.at))
    return LedgerRows(tuple(rows), tuple(dict.fromkeys(names)), last_only, tuple(dict.fromkeys(unread)))
