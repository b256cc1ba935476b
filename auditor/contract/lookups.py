"""The rows of lookup tables: where a queue's job types are the rows of a table that a foreign key points to.

Rows are data: the role needs SELECT on the table, and row-level security must not hide any of them.
"""

from __future__ import annotations

from typing import Any

import psycopg

from auditor.contract.load import Configuration
from auditor.contract.whitelists import lookups_of
from auditor.model import Snapshot

MAX_ROWS = 10_000
"""A table with more rows is no list of job types."""

_READABLE = b"""select has_table_privilege($1::regclass, 'SELECT') and not row_security_active($1::regclass)"""


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
            found[table, column] = _values(connection, table, column)
    return found


# Private


def _values(connection: psycopg.Connection[Any], table: str, column: str) -> frozenset[str] | None:
    cursor = psycopg.RawCursor(connection)
    readable = cursor.execute(_READABLE, [table]).fetchone()
    if readable is None or not readable[0]:
        return None
    # Both names were printed by the server itself: a table's identity and a column's, quoted where needed.
    query = f"select distinct {column}::text from {table} limit {MAX_ROWS + 1}"  # noqa: S608
    rows = cursor.execute(query.encode()).fetchall()
    return frozenset(row[0] for row in rows if row[0] is not None) if len(rows) <= MAX_ROWS else None
