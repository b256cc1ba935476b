"""Reading a catalog that nobody changes meanwhile.

The transaction of a session sees one moment, but the functions that print an expression or an identity
(`pg_get_expr()`, `pg_identify_object()`, casts to `regclass`...) look names up in caches that follow what other
sessions commit. A migration that runs during the reading may so be seen by halves. That is detected, and the whole
is read again.

As long as no transaction that had a number ended meanwhile, in any database of the server, nothing can have
changed: the snapshots of the two transactions, before and after, are then equal. A server in recovery does not
tell that.

Otherwise, how it is detected depends on what was read. A few named objects are read twice, in two transactions,
and must be the same. For a whole catalog that would take too long: each system catalog gets a mark, the number of
its rows and the sum of the newest `xmin` among them, once as the transaction of the reading sees it and once in a
transaction of its own afterwards. An insertion, update or deletion that was committed between the two changes
the mark. The rows of temporary tables do not count, and of pg_class only the names, which TRUNCATE or REINDEX
leave alone.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

import psycopg

from auditor.catalog.session import begin
from auditor.errors import CatalogChanged, CouldNotCheck

Connection = psycopg.Connection[tuple[Any, ...]]

Read = TypeVar("Read")

ATTEMPTS = 3
"""How often a catalog that keeps changing is read before giving up."""


def read_steadily(
    connection: Connection, read: Callable[[Connection], Read], *, whole: bool, attempts: int = ATTEMPTS
) -> Read:
    """What `read` returns, of a catalog that did not change while it ran.

    Args:
        connection: from :func:`auditor.catalog.session.read_only_session`; in a new transaction afterwards.
        read: reads; may be called several times. What it returns must be comparable.
        whole: it reads a whole catalog, rather than a few objects.
        attempts: how often to try.

    Raises:
        CouldNotCheck: the catalog changed every time.
        psycopg.Error: from the server.
    """
    for _ in range(attempts):
        found = _attempt(connection, read, whole=whole)
        if found is not None:
            return found[0]
        begin(connection)
    raise CouldNotCheck(
        f"the catalog changed while it was read, {attempts} times in a row: a migration is running; "
        "run it again when it is through"
    )


# Private


def _attempt(connection: Connection, read: Callable[[Connection], Read], *, whole: bool) -> tuple[Read] | None:
    """What was read, or None if the catalog changed."""
    try:
        moment = _moment(connection)
        first = read(connection)
        before = _mark(connection) if whole else None
        begin(connection)
        if moment is not None and _moment(connection) == moment:
            return (first,)
        if not whole:
            return (first,) if read(connection) == first else None
        return (first,) if before is not None and _mark(connection, before[0]) == before else None
    except CatalogChanged:
        return None
    except psycopg.Error as error:
        if error.sqlstate in _CHANGED:
            return None
        raise


def _moment(connection: Connection) -> str | None:
    """Which transactions had ended when this one took its snapshot; None on a server in recovery.

    Two that are equal have no commit between them: it would raise xmax, or take a number off the running ones.
    https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-INFO-SNAPSHOT
    """
    row = connection.execute(_MOMENT).fetchone()
    return row[0] if row is not None else None


_MOMENT = b"""
select case when not pg_catalog.pg_is_in_recovery() then pg_catalog.pg_current_snapshot()::text end"""

_CHANGED = frozenset({"XX000", "3F000", "42704", "42703", "42883", "42P01"})
"""SQLSTATEs of a name that was found and then was not: `cache lookup failed`, undefined schema, object, column,
function, table. https://www.postgresql.org/docs/current/errcodes-appendix.html"""


def _mark(connection: Connection, horizon: str | None = None) -> tuple[Any, ...]:
    """The oldest transaction that was running at the moment of the first mark, and the mark of each catalog.

    Args:
        connection: in the transaction whose view is marked.
        horizon: of the first mark, for the second.
    """
    row = psycopg.RawCursor(connection).execute(_sql().encode(), [horizon]).fetchone()
    if row is None:
        raise TypeError("no mark")
    return tuple(row)


_OF_TABLES = {
    "pg_attrdef": "adrelid",
    "pg_attribute": "attrelid",
    "pg_constraint": "conrelid",
    "pg_index": "indrelid",
    "pg_inherits": "inhrelid",
    "pg_policy": "polrelid",
    "pg_rewrite": "ev_class",
    "pg_statistic_ext": "stxrelid",
    "pg_trigger": "tgrelid",
}
_OF_SCHEMAS = {
    "pg_collation": "collnamespace",
    "pg_namespace": "oid",
    "pg_opclass": "opcnamespace",
    "pg_operator": "oprnamespace",
    "pg_opfamily": "opfnamespace",
    "pg_proc": "pronamespace",
    "pg_type": "typnamespace",
}
_OTHERS = (
    "pg_cast",
    "pg_default_acl",
    "pg_event_trigger",
    "pg_extension",
    "pg_foreign_data_wrapper",
    "pg_foreign_server",
    "pg_language",
    "pg_partitioned_table",
    "pg_publication",
    "pg_publication_rel",
)

# age() counts transactions backwards from now; of rows frozen long ago it may be anything, so it has two limits.
_MARK_OF_CATALOG = """(
       select row(count(*), sum(x.xmin::text::bigint) filter (where age(x.xmin) between 0 and h.age))::text
         from pg_catalog.{} x where {})"""
_MARK = """
with horizon as materialized (
       select h.xid, age(h.xid::xid) as age
         from (select coalesce($1, pg_snapshot_xmin(pg_current_snapshot())::xid::text)) h(xid)),
     temporary as materialized (
       select array(select c.oid from pg_catalog.pg_class c where c.relpersistence = 't') as tables,
              array(select n.oid from pg_catalog.pg_namespace n where n.nspname ~ '^pg_(toast_)?temp_') as schemas)
select h.xid,
       (select row(count(*), sum(hashtextextended(c.relname::text, c.oid::bigint # (c.relnamespace::bigint << 32))
                                ))::text from pg_catalog.pg_class c where c.relpersistence <> 't'),
       (select row(count(*), sum(hashtextextended(r.rolname::text, r.oid::bigint)))::text
          from pg_catalog.pg_roles r),
       {}
  from horizon h, temporary t
"""


@cache
def _sql() -> str:
    conditions = {
        **{catalog: f"x.{column} <> all (t.tables)" for catalog, column in _OF_TABLES.items()},
        **{catalog: f"x.{column} <> all (t.schemas)" for catalog, column in _OF_SCHEMAS.items()},
        **dict.fromkeys(_OTHERS, "true"),
    }
    return _MARK.format(", ".join(_MARK_OF_CATALOG.format(*item) for item in conditions.items()))
