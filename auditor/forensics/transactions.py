"""Transaction ids of catalog rows, made comparable over the whole life of a cluster.

PostgreSQL stamps each row with the transaction that wrote it, `xmin`, a number of 32 bits that starts again after
four thousand million transactions. `pg_current_snapshot()` tells the next one with 64 bits, which places it:
https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-INFO-SNAPSHOT

Freezing keeps `xmin` since 9.4 and only marks the row; 2 is what freezing wrote before, 1 what initdb writes.
https://www.postgresql.org/docs/current/routine-vacuuming.html#VACUUM-FOR-WRAPAROUND
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from auditor.model import ObjectId

Connection = psycopg.Connection[Any]

ROUND = 2**32
"""Transactions until the 32-bit number starts again."""

FIRST_NORMAL = 3
"""Smaller ids stand for initdb and for frozen rows of PostgreSQL before 9.4."""


@dataclass(frozen=True, slots=True)
class Clock:
    """Where the cluster's transaction counter stands.

    Attributes:
        next_xid: the next id, with 64 bits.
    """

    next_xid: int

    @property
    def rounds(self) -> int:
        """How often the 32-bit number has started again."""
        return self.next_xid // ROUND

    def full(self, xid: int, horizon: int | None = None) -> int | None:
        """A row's `xmin` with 64 bits, or None if it cannot be told.

        In the first round every number is exact, whether the row is frozen or not. Later, a row that is surely
        frozen (older than its table's `relfrozenxid`) may be of any round.

        Args:
            xid: as the row has it.
            horizon: `relfrozenxid` of the row's table.
        """
        if xid < FIRST_NORMAL:
            return None
        found = self._youngest(xid)
        if found < FIRST_NORMAL:
            return None  # higher than any id given out: the row was not written in this cluster
        if self.rounds and (not horizon or found < self._youngest(horizon)):
            return None
        return found

    def _youngest(self, xid: int) -> int:
        found = self.next_xid - self.next_xid % ROUND + xid
        return found if found < self.next_xid else found - ROUND

    def why_unknown(self, xid: int) -> str:
        """Why :meth:`full` has no answer."""
        if xid < FIRST_NORMAL:
            return "the row was frozen by a PostgreSQL before 9.4, or made by initdb"
        if self._youngest(xid) < FIRST_NORMAL:
            return "its transaction id is higher than any given out here: the row comes from another cluster"
        return f"the row is frozen, and the transaction counter has started again {self.rounds} times since initdb"


@dataclass(frozen=True, slots=True)
class Written:
    """The newest row of an object.

    Attributes:
        xid: as the row has it, 32 bits.
        full: the same with 64 bits, or None.
        catalog: the catalog that the row stands in.
    """

    xid: int
    full: int | None
    catalog: str


def read_clock(connection: Connection) -> Clock:
    """The cluster's transaction counter.

    Raises:
        psycopg.Error: from the server.
    """
    row = psycopg.RawCursor(connection).execute(_NEXT).fetchone()
    assert row is not None  # noqa: S101 - for the type checker: one row always comes
    return Clock(row[0])


def read_written(connection: Connection, clock: Clock) -> dict[ObjectId, Written]:
    """Which transaction last wrote each object of the database, by the newest of its rows.

    Raises:
        psycopg.Error: from the server.
    """
    found: dict[ObjectId, Written] = {}
    for kind, identity, catalog, xid, horizon in psycopg.RawCursor(connection).execute(_ROWS.read_bytes()):
        item = ObjectId(kind, identity)
        written = Written(xid, clock.full(xid, horizon), catalog)
        former = found.get(item)
        # A row that cannot be dated makes the object undatable only if no other row is newer than the horizon.
        if former is None or (written.full or 0) > (former.full or 0):
            found[item] = written
    return found


def read_commit_times(connection: Connection, xids: Collection[int]) -> Mapping[int, str] | None:
    """When transactions were committed, by full id.

    Returns:
        None if the server does not keep commit times (`track_commit_timestamp`). Those it no longer keeps are not
        in the result. https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-COMMIT-TIMESTAMP

    Raises:
        psycopg.Error: from the server.
    """
    cursor = psycopg.RawCursor(connection)
    on = cursor.execute(b"select current_setting('track_commit_timestamp')").fetchone()
    if on is None or on[0] != "on":
        return None
    wanted = sorted(set(xids))
    rows = cursor.execute(_COMMITTED, [[str(xid % ROUND) for xid in wanted]]).fetchall()
    return {xid: at for xid, (at,) in zip(wanted, rows, strict=True) if at is not None}


# Private

_ROWS = Path(__file__).with_name("catalog_rows.sql")
_NEXT = b"select pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot())::text::bigint"
_COMMITTED = b"""
select pg_catalog.pg_xact_commit_timestamp(x.xid::xid)::text
  from unnest($1::text[]) with ordinality x (xid, place) order by x.place
"""
