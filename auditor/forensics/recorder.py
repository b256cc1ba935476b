"""The flight recorder: event triggers that note in production who changed the catalog. It is opt-in.

Nothing is ever installed from here: `install` prints a migration to be reviewed and run. `show`, `blame`,
`provenance` and the gates read what it has noted, wherever it is.

https://www.postgresql.org/docs/current/event-trigger-definition.html
"""

from __future__ import annotations

import datetime
from collections.abc import Collection
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import psycopg

from auditor.model import ObjectId
from auditor.sql.names import quote_identifier

Connection = psycopg.Connection[Any]

SCHEMA = "flight_recorder"
PREFIX = "auditor_flight_recorder"
"""Event triggers are named so, followed by `_command` and `_drop`; by their names the recorder is found."""

_COLUMNS = (
    "id, at, xid, session_role, acting_role, application, client::text, pid, dropped, tag, kind, identity, "
    "in_extension, statement"
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One object changed or dropped by one command.

    Attributes:
        xid: full id of the transaction.
        session_role, acting_role: who logged in, and as whom (SET ROLE).
        statement: what the client sent.
    """

    id: int
    at: datetime.datetime
    xid: int
    session_role: str
    acting_role: str
    application: str | None
    client: str | None
    pid: int
    dropped: bool
    tag: str
    kind: str | None
    identity: str | None
    in_extension: bool
    statement: str | None

    def as_json(self) -> dict[str, Any]:
        """Ready for JSON."""
        values = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return values | {"at": self.at.isoformat()}


@dataclass(frozen=True, slots=True)
class Recorder:
    """A recorder that was found.

    Attributes:
        table: its log, quoted.
        since: when it was first written to, or None.
        on: whether both event triggers fire.
    """

    table: str
    since: datetime.datetime | None
    on: bool


def install_sql(schema: str, readers: Collection[str]) -> str:
    """The migration that puts the recorder in place.

    Args:
        schema: a new schema of its own.
        readers: roles that may read the log.
    """
    name = quote_identifier(schema)
    grants = "".join(
        f"grant usage on schema {name} to {role};\ngrant select on {name}.log to {role};\n"
        for role in map(quote_identifier, readers)
    )
    return _text("flight_recorder.sql", name).replace("{grants}\n", grants)


def uninstall_sql(schema: str) -> str:
    """Its reverse."""
    return _text("flight_recorder_off.sql", quote_identifier(schema))


def find_recorder(connection: Connection) -> Recorder | str | None:
    """The recorder of a database; why it cannot be read; or None if there is none.

    Raises:
        psycopg.Error: from the server.
    """
    row = connection.execute(_FIND, [f"{PREFIX}_command", f"{PREFIX}_drop"]).fetchone()
    if row is None:
        return None
    table, readable, on = row
    if not readable:
        return f"the flight recorder is there, and this role may not read {table}"
    first = connection.execute(f"select min(at) from {table}".encode()).fetchone()  # noqa: S608 - the server's name
    return Recorder(table, first[0] if first is not None else None, on)


def read_entries(
    connection: Connection,
    recorder: Recorder,
    *,
    items: Collection[ObjectId] | None = None,
    since: datetime.datetime | None = None,
    limit: int | None = None,
) -> list[Entry]:
    """What was noted, newest first.

    Args:
        connection: inside a transaction.
        recorder: from :func:`find_recorder`.
        items: of these objects only.
        since: not older than this.
        limit: at most so many.

    Raises:
        psycopg.Error: from the server.
    """
    names = sorted({item.identity for item in items}) if items is not None else None
    query = f"""
        select {_COLUMNS} from {recorder.table}
         where ($1::text[] is null or identity = any($1::text[])) and ($2::timestamptz is null or at >= $2)
         order by id desc limit $3
    """  # noqa: S608 - the table's name is the server's
    rows = psycopg.RawCursor(connection).execute(query.encode(), [names, since, limit])
    entries = [Entry(*row) for row in rows]
    if items is None:
        return entries
    wanted = set(items)
    return [one for one in entries if ObjectId(one.kind or "", one.identity or "") in wanted]


# Private

_FIND = b"""
select format('%I.log', n.nspname), has_schema_privilege(n.oid, 'USAGE') and has_table_privilege(c.oid, 'SELECT'),
       (select count(*) = 2 from pg_catalog.pg_event_trigger o
         where o.evtname in ($1, $2) and o.evtenabled <> 'D' and o.evtfoid = p.oid)
  from pg_catalog.pg_event_trigger e
  join pg_catalog.pg_proc p on p.oid = e.evtfoid
  join pg_catalog.pg_namespace n on n.oid = p.pronamespace
  join pg_catalog.pg_class c on c.relnamespace = n.oid and c.relname = 'log' and c.relkind = 'r'
 where e.evtname in ($1, $2)
 limit 1
"""


def _text(file: str, schema: str) -> str:
    text = files(__package__).joinpath(file).read_text("utf-8")
    return text.replace("{schema}", schema).replace("{prefix}", PREFIX)
