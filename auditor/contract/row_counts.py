"""How many rows of a table have certain values in a column: data, read only where a rule asks for it.

The values are compared as the column's own type compares them, so that `1` and `1.0` are one number. With
`row_security` off, a policy that would hide rows makes the server refuse, rather than count too few:
https://www.postgresql.org/docs/current/runtime-config-client.html#GUC-ROW-SECURITY
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import sql

from auditor.sql.names import split_name

TIMEOUT_MS = 30_000
"""Milliseconds that counting in one table may take."""


@dataclass(frozen=True, slots=True)
class Counted:
    """Rows that have certain values.

    Attributes:
        rows: value -> number of rows, values that no row has included.
        reason: why nothing could be counted; empty if it was.
    """

    rows: dict[str, int] = field(default_factory=dict)
    reason: str = ""


def count_values(connection: psycopg.Connection[Any], table: str, column: str, values: Sequence[str]) -> Counted:
    """Count the rows that have each of some values.

    A failure is rolled back to a savepoint: the transaction goes on.

    Args:
        connection: from :func:`auditor.catalog.session.read_only_session`.
        table: its identity, quoted where needed.
        column: its name, unquoted.
        values: as text.

    Raises:
        psycopg.OperationalError: the server went away.
    """
    try:
        with connection.transaction():
            connection.execute(_LIMITS, [str(TIMEOUT_MS)])
            return _count(connection, table, column, values)
    except psycopg.Error as error:
        if error.sqlstate not in _REASONS:
            raise
        return Counted(reason=_REASONS[error.sqlstate])


# Private

_LIMITS = b"""select pg_catalog.set_config('statement_timeout', $1, true),
                     pg_catalog.set_config('row_security', 'off', true)"""

_REASONS = {
    "42501": "the role may not read all its rows",
    "55P03": "the table is locked",
    "57014": f"it took longer than {TIMEOUT_MS // 1000} s",
    "22P02": "a value is none of the column's type",
}
"""By SQLSTATE: https://www.postgresql.org/docs/current/errcodes-appendix.html"""

_TYPE = b"""
with recursive base(oid) as (
    select a.atttypid from pg_catalog.pg_attribute a
     where a.attrelid = pg_catalog.to_regclass($1) and a.attname = $2 and a.attnum > 0 and not a.attisdropped
    union all
    select t.typbasetype from base join pg_catalog.pg_type t on t.oid = base.oid where t.typtype = 'd')
select pg_catalog.format_type(t.oid, -1), t.typtype = 'e' or n.nspname = 'pg_catalog'
  from base join pg_catalog.pg_type t on t.oid = base.oid join pg_catalog.pg_namespace n on n.oid = t.typnamespace
 where t.typtype <> 'd'"""
"""The type below the domains of a column, and whether `=` of it is found without a search_path."""


def _count(connection: psycopg.Connection[Any], table: str, column: str, values: Sequence[str]) -> Counted:
    found = connection.execute(_TYPE, [table, column]).fetchone()
    if found is None:
        return Counted(reason="the database has no such column")
    type_, comparable = found
    if not comparable:
        return Counted(reason=f"values of {type_} are compared by an extension")
    query = sql.SQL(
        "select wanted.value, count(*) from {table} as counted"
        " join unnest($1::text[]) as wanted(value) on counted.{column} = wanted.value::{type} group by 1"
    ).format(
        table=sql.Identifier(*split_name(table)),
        column=sql.Identifier(column),
        type=sql.SQL(type_),  # as the server printed it
    )
    rows = dict(connection.execute(query, [list(values)]).fetchall())
    return Counted({value: rows.get(value, 0) for value in values})
