"""The ledger of a live database: which migrations it names, and whether they are those of the files.

A table is known as a tool's ledger by its columns; `schema_migrations` is what many tools, and many home-made
ones, call theirs, and most tools let theirs be called otherwise. Where a tool notes more than the name (a
rollback, a failure, a baseline, a checksum, the statements), that is read as the tool means it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any

import psycopg

from auditor.comparison.bodies import same_statements
from auditor.contract.alembic_order import alembic_parents, reached
from auditor.contract.file_sums import same_content
from auditor.declaration.entries import LedgerEntry
from auditor.migrations import MigrationSet
from auditor.migrations.formats.base import Ledger
from auditor.model import Migration
from auditor.sql.names import quote_identifier

Connection = psycopg.Connection[Any]
Record = Mapping[str, Any]
"""A row of a ledger by the names of its columns; values as text, lists of texts, or None."""


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
    state = LedgerState()
    histories = [(one.format.name, one.format.ledger) for one in migrations.histories]
    for layout, known in dict.fromkeys(histories):
        own = tuple(one for one in migrations.migrations if one.layout == layout)
        ledger = known
        if configured is not None:
            ledger = Ledger(
                configured.table, configured.id_column, configured.applied_at_column, configured.checksum_column
            )
        if ledger is None:
            continue
        found = _find(connection, layout, ledger, exact=configured is not None)
        if isinstance(found, str):
            state = replace(state, unread=(*state.unread, found))
            continue
        table, columns = found
        state = replace(state, tables=(*state.tables, table), layouts=(*state.layouts, layout))
        rows = _rows(connection, table, ledger, columns)
        if layout == "alembic" and configured is None:
            state = _of_alembic(state, rows, migrations)
        else:
            state = _read(state, layout, ledger, table, rows, own, migrations.root)
    return state


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


def _find(connection: Connection, layout: str, ledger: Ledger, *, exact: bool) -> tuple[str, frozenset[str]] | str:
    """The table and its columns, or why there is none to read."""
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
    table, readable, columns, _ = named[0]
    if not readable:
        return f"ledger {table}: the role may not read its rows (GRANT SELECT)"
    return table, frozenset(columns)


def _rows(connection: Connection, table: str, ledger: Ledger, columns: frozenset[str]) -> list[Record]:
    named = (ledger.version, ledger.checksum, ledger.applied_at)
    wanted = {one for one in (*named, *_READ) if one is not None and one in columns}
    order = next((one for one in ("installed_rank", "id", ledger.applied_at) if one in columns), None)
    # No name is the user's but those that the server has just found among the columns of the table.
    shown = ", ".join(_as_text(one) for one in sorted(wanted))
    query = f"select {shown} from {table}"  # noqa: S608
    if order is not None:
        query += f" order by {quote_identifier(order)}"
    cursor = psycopg.RawCursor(connection)
    names = sorted(wanted)
    return [dict(zip(names, row, strict=True)) for row in cursor.execute(query.encode())]


def _as_text(column: str) -> str:
    name = quote_identifier(column)
    if column == "statements":
        return f"{name}::text[]"
    return f"{name}::text"


def _read(
    state: LedgerState,
    layout: str,
    ledger: Ledger,
    table: str,
    rows: list[Record],
    own: tuple[Migration, ...],
    root: Path,
) -> LedgerState:
    ids = _Ids(own, ledger)
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
        unread.append(f"checksums of {table}: they are not of the files alone, and are not compared")
    return replace(
        state,
        applied=frozenset(applied),
        edited=(*state.edited, *edited),
        unknown=(*state.unknown, *unknown),
        failed=(*state.failed, *failed),
        unread=(*state.unread, *unread),
    )


def _of_alembic(state: LedgerState, rows: list[Record], migrations: MigrationSet) -> LedgerState:
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


@dataclass(slots=True)
class _Ids:
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
