"""A live database as the audits see it: its catalog and, where the contract asks for it, its ledger."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from auditor.audits.inputs import Inputs
from auditor.catalog.reader import read_snapshot
from auditor.catalog.session import read_only_session
from auditor.catalog.url import parse_url
from auditor.model import Snapshot

if TYPE_CHECKING:
    import psycopg

log = logging.getLogger("auditor")


@dataclass(frozen=True, slots=True)
class Live:
    """What was read in one transaction.

    Attributes:
        snapshot: the catalog.
        applied: ids of the migrations that the ledger says were applied; None if no ledger was read.
        name: database, host, port and user, without a password.
    """

    snapshot: Snapshot
    applied: frozenset[str] | None
    name: str

    @property
    def major(self) -> int:
        """The server's major version."""
        return self.snapshot.server_version_num // 10_000

    @property
    def note(self) -> str:
        """What was read, for people."""
        version = f"{self.major}.{self.snapshot.server_version_num % 10_000}"
        return f"{self.name}, PostgreSQL {version}"


def read_live(url: str, inputs: Inputs | None = None, names: Mapping[str, Collection[str]] | None = None) -> Live:
    """Read a live database.

    Args:
        url: URL or conninfo; empty leaves all to libpq.
        inputs: to read the ledger of the history too, if the contract names migrations that must be there.
        names: read only these objects, kind -> identities.

    Raises:
        UsageError: the URL cannot be understood.
        CouldNotCheck: the database cannot be read.
    """
    target = str(parse_url(url or None))
    log.info("reading %s", target)
    with read_only_session(url or None) as connection:
        snapshot = read_snapshot(connection, names=names)
        wants_ledger = inputs and inputs.configuration and inputs.configuration.contract.deployed
        applied = _applied(connection, inputs) if inputs and wants_ledger else None
    return Live(snapshot, applied, target)


# Private

_LEDGER = """
select format('%I.%I', n.nspname, c.relname), has_table_privilege(c.oid, 'SELECT')
  from pg_catalog.pg_class c
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
 where c.relname = $1 and c.relkind in ('r', 'p') and n.nspname = coalesce($2, n.nspname)
 order by n.nspname <> 'public', n.nspname
"""


def _applied(connection: psycopg.Connection[Any], inputs: Inputs) -> frozenset[str] | None:
    """What the ledgers name; None if there is none, or if this role may not read it."""
    import psycopg
    from psycopg import sql

    applied: set[str] = set()
    read = False
    for history in inputs.migrations.histories:
        ledger = history.format.ledger
        if ledger is None:
            continue
        schema, _, table = ledger.table.rpartition(".")
        cursor = psycopg.RawCursor(connection)
        found = cursor.execute(_LEDGER.encode(), [table, schema or None]).fetchone()
        if found is None or not found[1]:
            continue
        query = f"select {sql.Identifier(ledger.version).as_string(connection)}::text from {found[0]}"  # noqa: S608
        rows = [row[0] for row in cursor.execute(query.encode())]
        applied |= _up_to(rows, inputs) if history.format.name == "alembic" else set(rows)
        read = True
    return frozenset(applied) if read else None


def _up_to(heads: Collection[str], inputs: Inputs) -> set[str]:
    """Alembic's ledger names the last revisions only; those before them are applied too."""
    order = [migration.id for migration in inputs.migrations.migrations if migration.layout == "alembic"]
    last = max((order.index(head) for head in heads if head in order), default=-1)
    return set(order[: last + 1])
