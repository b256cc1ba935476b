"""The rows of a migration tool's ledger in a live database, with the transactions that wrote them.

A table is known as a tool's ledger by its columns; `schema_migrations` is what many tools, and many home-made
ones, call theirs, and most tools let theirs be called otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any

import psycopg

from auditor.declaration.entries import LedgerEntry
from auditor.migrations.discovery import MigrationSet
from auditor.migrations.formats.base import Ledger
from auditor.model import Migration
from auditor.sql.names import quote_identifier

Connection = psycopg.Connection[Any]
Record = Mapping[str, Any]
"""A row of a ledger by the names of its columns; values as text, lists of texts, or None."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """When a row of a ledger was written.

    Attributes:
        xmin: the transaction that last wrote it, as the row has it.
        horizon: `relfrozenxid` of the row's table; None for a row of no table of its own.
        at: when the tool says it applied the migration, as text, or None.
    """

    xmin: int
    horizon: int | None
    at: str | None


@dataclass(frozen=True, slots=True)
class LedgerTable:
    """A ledger that was read.

    Attributes:
        layout: of the history whose ledger it is.
        ledger: its columns.
        table: its name, as PostgreSQL prints it.
        records, stamps: of its rows, in the tool's order where there is one.
    """

    layout: str
    ledger: Ledger
    table: str
    records: tuple[Record, ...]
    stamps: tuple[Stamp, ...]

    @property
    def last_revisions(self) -> bool:
        """Whether it is Alembic's: it holds the last revisions, and those before them were applied too."""
        return self.layout == "alembic" and self.ledger.version == "version_num"


def read_tables(
    connection: Connection, migrations: MigrationSet, configured: LedgerEntry | None = None
) -> tuple[tuple[LedgerTable, ...], tuple[str, ...]]:
    """The ledgers of every history, and why others were not read.

    Args:
        connection: to the live database, inside its transaction.
        migrations: the histories; each says which ledger its tool has.
        configured: `ledger:` of the configuration: the table to read instead.

    Raises:
        psycopg.Error: from the server.
    """
    tables: list[LedgerTable] = []
    unread: list[str] = []
    histories = [(one.format.name, one.format.title, one.format.ledger) for one in migrations.histories]
    for layout, title, known in dict.fromkeys(histories):
        ledger = known
        if configured is not None:
            ledger = Ledger(
                configured.table, configured.id_column, configured.applied_at_column, configured.checksum_column
            )
        if ledger is None:
            unread.append(f"ledger of {layout}: {title} keeps none that is known here (`ledger:` names a table)")
            continue
        found = _find(connection, layout, ledger, exact=configured is not None)
        if isinstance(found, str):
            unread.append(found)
        else:
            tables.append(_rows(connection, layout, ledger, *found))
    return tuple(tables), tuple(unread)


@dataclass(slots=True)
class Ids:
    """Migrations by what a ledger may call them: id, file name, number with or without leading zeros."""

    own: tuple[Migration, ...]
    ledger: Ledger
    by_name: dict[str, Migration | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        exact: dict[str, Migration] = {}
        for one in self.own:
            exact[one.checksum if self.ledger.holds == "checksum" else one.id] = one
        readers: tuple[Callable[[Migration], Iterable[str]], ...] = (_file_names, _numbers)
        for read in readers:
            for one in self.own:
                for name in read(one):
                    if name not in exact:
                        # What two files answer to means neither.
                        known = self.by_name.get(name, one)
                        self.by_name[name] = one if known is one else None
        self.by_name |= exact

    def of(self, named: str) -> Migration | None:
        """The migration that a row names, or None."""
        found = self.by_name.get(named)
        return found if found is not None else self.by_name.get(named.lstrip("0") or "0")


# Private

_SIGNATURES: dict[str, tuple[str, ...]] = {
    "alembic": ("version_num",),
    "atlas": ("version", "applied", "total", "executed_at", "hash", "operator_version"),
    "flyway": ("installed_rank", "version", "description", "script", "checksum", "success"),
    "goose": ("id", "version_id", "is_applied", "tstamp"),
    "liquibase": ("id", "author", "filename", "dateexecuted", "md5sum"),
    "prisma": ("checksum", "migration_name", "finished_at", "rolled_back_at", "applied_steps_count"),
    "refinery": ("version", "name", "applied_on", "checksum"),
    "sqitch": ("change_id", "script_hash", "change", "project", "committed_at"),
    "sqlx": ("version", "description", "installed_on", "success", "checksum", "execution_time"),
    "yoyo": ("migration_hash", "migration_id", "applied_at_utc"),
}
"""Columns by which a tool's table is known whatever it is called."""

_NUMBERED = re.compile(r"(\d+)(?:[_-]|$)", re.ASCII)

_FOREIGN: dict[str, tuple[str, ...]] = {"dbmate": ("dirty", "statements", "filename", "checksum")}
"""Columns that say that a table of the tool's name is another tool's."""

_READ = frozenset(
    {
        "applied",
        "dirty",
        "error",
        "finished_at",
        "id",
        "installed_rank",
        "is_applied",
        "rolled_back_at",
        "script",
        "started_at",
        "statements",
        "success",
        "total",
        "type",
    }
)
"""Further columns that say whether a row counts."""


@cache
def _query() -> bytes:
    return Path(__file__).with_name("ledger_find.sql").read_bytes()


def _find(
    connection: Connection, layout: str, ledger: Ledger, *, exact: bool
) -> tuple[str, frozenset[str], frozenset[str]] | str:
    """The table, its columns and those of them that hold times; or why there is none to read."""
    schema, _, name = ledger.table.rpartition(".")
    wanted = [
        one
        for one in (ledger.version, ledger.checksum if exact else None, ledger.applied_at if exact else None)
        if one
    ]
    wanted += ["dirty"] if layout == "golang-migrate" and not exact else []
    signature = () if exact else _SIGNATURES.get(layout, ())
    foreign = () if exact else _FOREIGN.get(layout, ())
    cursor = psycopg.RawCursor(connection)
    parameters = [name, schema or None, wanted, list(signature), list(foreign)]
    found = cursor.execute(_query(), parameters).fetchall()
    named = [one for one in found if one[3]] or (found if len(found) == 1 else [])
    if not named and not exact and schema:
        found = cursor.execute(_query(), [name, None, wanted, [], list(foreign)]).fetchall()
        named = found if len(found) == 1 else []
    if not named:
        return f"ledger of {layout}: there is no table {ledger.table} with a column {', '.join(wanted)}"
    table, readable, columns, _, times = named[0]
    if not readable:
        return f"ledger {table}: the role may not read its rows (USAGE on its schema and SELECT on it are needed)"
    return table, frozenset(columns), frozenset(times)


def _rows(
    connection: Connection, layout: str, ledger: Ledger, table: str, columns: frozenset[str], times: frozenset[str]
) -> LedgerTable:
    named = (ledger.version, ledger.checksum, ledger.applied_at)
    wanted = sorted({one for one in (*named, *_READ) if one is not None and one in columns})
    order = next((one for one in ("installed_rank", "id", ledger.applied_at) if one in columns), None)
    # No name is the user's but those that the server has just found among the columns of the table.
    shown = ", ".join(_as_text(one) for one in wanted)
    query = f"""
        select xmin::text::bigint,
               (select c.relfrozenxid::text::bigint from pg_catalog.pg_class c where c.oid = l.tableoid), {shown}
          from {table} l
    """  # noqa: S608
    if order is not None:
        query += f" order by {quote_identifier(order)}"
    records: list[Record] = []
    stamps: list[Stamp] = []
    for xmin, horizon, *values in psycopg.RawCursor(connection).execute(query.encode()):
        record = dict(zip(wanted, values, strict=True))
        records.append(record)
        stamps.append(Stamp(xmin, horizon, record[ledger.applied_at] if ledger.applied_at in times else None))
    return LedgerTable(layout, ledger, table, tuple(records), tuple(stamps))


def _as_text(column: str) -> str:
    name = quote_identifier(column)
    if column == "statements":
        return f"{name}::text[]"
    return f"{name}::text"


def _file_names(one: Migration) -> Iterable[str]:
    path = PurePosixPath(one.file)
    yield one.file
    yield path.name
    yield path.name.partition(".")[0]
    yield path.parent.name if path.name == "migration.sql" else path.stem


def _numbers(one: Migration) -> Iterable[str]:
    for text in (one.id, PurePosixPath(one.file).name):
        if (found := _NUMBERED.match(text)) is not None:
            yield found[1]
            yield found[1].lstrip("0") or "0"
