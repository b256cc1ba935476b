"""What the contract asks of a database beside its catalog: rows of lookup tables, and which roles came with it.

The rows that `contract.rows` declares, and those of the tables that a foreign key of a queue's job types points
to.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import psycopg

from auditor.contract.table_rows import TableRows, read_table
from auditor.contract.whitelists import lookups_of
from auditor.declaration.entries import Contract
from auditor.declaration.load import Configuration
from auditor.model import Snapshot
from auditor.sql.names import split_name


@dataclass(frozen=True, slots=True)
class Data:
    """What was read beside the catalog.

    Attributes:
        rows: of the tables of `contract.rows`, by identity; one that is not there is not among them.
        initial_roles: those of `contract.roles` that the cluster was made with; they are not in the catalog.
        job_types: table and column of a lookup table -> its values; None where they may not be read, or are too
            many.
    """

    rows: dict[str, TableRows] = field(default_factory=dict)
    initial_roles: tuple[str, ...] = ()
    job_types: dict[str, dict[str, tuple[str, ...] | None]] = field(default_factory=dict)

    @property
    def lookups(self) -> dict[tuple[str, str], frozenset[str] | None]:
        """`job_types` as :func:`auditor.contract.whitelists.whitelist_of` takes them."""
        return {
            (table, column): frozenset(values) if values is not None else None
            for table, columns in self.job_types.items()
            for column, values in columns.items()
        }


def read_data(connection: psycopg.Connection[Any], configuration: Configuration, snapshot: Snapshot) -> Data:
    """Everything that the contract asks of a database beside its catalog.

    Args:
        connection: to the database of the snapshot, in the same transaction.
        configuration: with the contract.
        snapshot: its foreign keys name the tables of job types.

    Raises:
        psycopg.Error: from the server.
    """
    contract = configuration.contract
    rows = {}
    for entry in contract.rows:
        found = read_table(connection, str(entry.table), [str(column) for column in entry.columns])
        if found is not None:
            rows[str(entry.table)] = found
    job_types: dict[str, dict[str, tuple[str, ...] | None]] = {}
    for (table, column), values in read_lookups(connection, configuration, snapshot).items():
        job_types.setdefault(table, {})[column] = tuple(sorted(values)) if values is not None else None
    return Data(rows, _initial_roles(connection, contract), job_types)


def data_asked(contract: Contract) -> list[object]:
    """All of a contract that :func:`read_data` depends on, to be remembered with what it found."""
    return [
        [(str(entry.table), [str(column) for column in entry.columns]) for entry in contract.rows],
        [str(entry.name) for entry in contract.roles],
        [(str(one.table), str(one.job_types.column)) for one in contract.queues if one.job_types is not None],
    ]


def read_lookups(
    connection: psycopg.Connection[Any], configuration: Configuration, snapshot: Snapshot
) -> dict[tuple[str, str], frozenset[str] | None]:
    """The values of the lookup tables that limit the job types of the contract's queues.

    Args:
        connection: to the database of the snapshot, in the same transaction.
        configuration: names the queues.
        snapshot: its foreign keys name the tables.

    Returns:
        (table, column) -> values; None where the role may not read them, or there are too many.

    Raises:
        psycopg.Error: from the server.
    """
    found: dict[tuple[str, str], frozenset[str] | None] = {}
    for queue in configuration.contract.queues:
        if queue.job_types is None:
            continue
        for table, column in lookups_of(snapshot, str(queue.table), str(queue.job_types.column)):
            read = read_table(connection, table, split_name(column))
            readable = read is not None and read.why is None and not read.lacking
            found[table, column] = (
                frozenset(value for (value,) in read.rows if value is not None)
                if read is not None and readable
                else None
            )
    return found


# Private


def _initial_roles(connection: psycopg.Connection[Any], contract: Contract) -> tuple[str, ...]:
    if not contract.roles:
        return ()
    rows = psycopg.RawCursor(connection).execute(_INITIAL_ROLES, [[str(entry.name) for entry in contract.roles]])
    return tuple(name for (name,) in rows.fetchall())


_INITIAL_ROLES = b"""
select quote_ident(rolname) from pg_catalog.pg_roles
 where oid < 16384 and quote_ident(rolname) = any($1::text[])
 order by 1"""
"""16384 is FirstNormalObjectId, as in the query of the kind `role`."""
