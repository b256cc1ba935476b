"""Rows of a table that the contract names, read as they stand: exactly the declared columns, as text.

Rows are data, which not every role may read: USAGE on the schema and SELECT on the columns are needed, and row
security must hide none. What may not be read is told and nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

from auditor.sql.names import quote_identifier

MAX_ROWS = 10_000
"""A table with more rows is no lookup table."""

Row = tuple[str | None, ...]
"""The values of a row, cast to text; None is NULL."""


@dataclass(frozen=True, slots=True)
class TableRows:
    """What was read of a table.

    Attributes:
        rows: the values of the columns asked for, sorted; empty if `why` or `lacking` says something.
        types: the type of each column, as `format_type()` prints it; None for one that is not there.
        lacking: columns that the table does not have.
        why: why the rows could not be read, and what to do; None if they were.
    """

    rows: tuple[Row, ...] = ()
    types: tuple[str | None, ...] = ()
    lacking: tuple[str, ...] = ()
    why: str | None = None


def read_table(connection: psycopg.Connection[Any], table: str, columns: Sequence[str]) -> TableRows | None:
    """The rows of a table.

    Args:
        connection: in a transaction; nothing is written.
        table: its identity.
        columns: their exact names, unquoted.

    Returns:
        None if there is no such relation.

    Raises:
        psycopg.Error: from the server.
    """
    cursor = psycopg.RawCursor(connection)
    found = cursor.execute(_LOOK.encode(), [table, list(columns)]).fetchone()
    if found is None:
        return None
    name, schema, role, kind, usage, hidden, types, allowed = found
    lacking = tuple(column for column, type_ in zip(columns, types, strict=True) if type_ is None)
    quoted = [quote_identifier(column) for column in columns]
    why = None
    if kind not in _KINDS:
        why = "only the rows of tables are read, and it is none"
    elif not lacking and not (usage and all(allowed)):
        grants = [
            *([f"GRANT USAGE ON SCHEMA {schema} TO {role};"] if not usage else []),
            *([f"GRANT SELECT ({', '.join(quoted)}) ON {name} TO {role};"] if not all(allowed) else []),
        ]
        why = f"{role} may not read them: {' '.join(grants)}"
    elif hidden:
        why = f"row security may hide some from {role}: read as the table's owner or a role with BYPASSRLS"
    if why is not None or lacking:
        return TableRows((), tuple(types), lacking, why)
    # The table's name was printed by the server itself, and the columns are there.
    texts = ", ".join(f"{column}::text" for column in quoted)
    query = f"select {texts} from {name} limit {MAX_ROWS + 1}"  # noqa: S608
    rows = cursor.execute(query.encode()).fetchall()
    if len(rows) > MAX_ROWS:
        return TableRows((), tuple(types), (), f"there are more than {MAX_ROWS:,}, so it is no lookup table")
    return TableRows(tuple(sorted((tuple(row) for row in rows), key=sort_key)), tuple(types))


def sort_key(row: Row) -> tuple[tuple[bool, str], ...]:
    """NULLs behind all others."""
    return tuple((value is None, value or "") for value in row)


# Private

_KINDS = ("r", "p")

_LOOK = """
select format('%I.%I', n.nspname, c.relname), quote_ident(n.nspname), quote_ident(current_user), c.relkind::text,
       has_schema_privilege(n.oid, 'USAGE'), row_security_active(c.oid),
       array(select format_type(a.atttypid, a.atttypmod)
               from unnest($2::text[]) with ordinality w(name, at)
               left join pg_catalog.pg_attribute a
                 on a.attrelid = c.oid and a.attname::text = w.name and a.attnum > 0 and not a.attisdropped
              order by w.at),
       array(select coalesce(has_column_privilege(c.oid, a.attnum, 'SELECT'), false)
               from unnest($2::text[]) with ordinality w(name, at)
               left join pg_catalog.pg_attribute a
                 on a.attrelid = c.oid and a.attname::text = w.name and a.attnum > 0 and not a.attisdropped
              order by w.at)
  from pg_catalog.pg_class c
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
 where n.nspname::text = (parse_ident($1))[1] and c.relname = (parse_ident($1))[2]
"""
