"""A live database as the audits see it: its catalog and, where the contract asks for it, its ledger."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import psycopg

from auditor.audits.parts.inputs import Sources
from auditor.catalog.reader import read_snapshot
from auditor.catalog.session import read_only_session
from auditor.catalog.steady import read_steadily
from auditor.catalog.url import parse_url
from auditor.contract.ledgers import LedgerState, read_ledgers
from auditor.contract.lookups import Data, read_data
from auditor.model import Snapshot

log = logging.getLogger("auditor")


@dataclass(frozen=True, slots=True)
class Live:
    """What was read in one transaction.

    Attributes:
        snapshot: the catalog.
        ledger: what the ledgers say; None if they were not asked for.
        name: database, host, port and user, without a password.
        place: when the server was started, to the microsecond, and the name of the database: no other has both.
            None if that was not asked for.
        further: what the caller's own reading found, in the same transaction. Not compared: it may hold the time.
        data: what the contract asks for beside the catalog, such as rows of lookup tables; None without one. Not
            compared: a row that comes meanwhile is no change of the catalog.
    """

    snapshot: Snapshot
    ledger: LedgerState | None
    name: str
    place: tuple[str, str] | None = None
    further: Any = field(default=None, compare=False)
    data: Data | None = field(default=None, compare=False)

    @property
    def major(self) -> int:
        """The server's major version."""
        return self.snapshot.server_version_num // 10_000

    @property
    def applied(self) -> frozenset[str] | None:
        """Ids of the migrations that the ledger says were applied; None if no ledger was read."""
        return self.ledger.applied if self.ledger is not None else None

    @property
    def note(self) -> str:
        """What was read, for people."""
        version = f"{self.major}.{self.snapshot.server_version_num % 10_000}"
        return f"{self.name}, PostgreSQL {version}"


def read_live(
    url: str,
    inputs: Sources | None = None,
    names: Mapping[str, Collection[str]] | None = None,
    *,
    further: Callable[[psycopg.Connection[Any]], Any] | None = None,
) -> Live:
    """Read a live database.

    Args:
        url: URL or conninfo; empty leaves all to libpq.
        inputs: to read the ledgers of the history too.
        names: read only these objects, kind -> identities.
        further: reads what else is wanted, in the same transaction.

    Raises:
        UsageError: the URL cannot be understood.
        CouldNotCheck: the database cannot be read.
    """
    target = str(parse_url(url or None))
    log.info("reading %s", target)

    def read(connection: psycopg.Connection[Any]) -> Live:
        snapshot = read_snapshot(connection, names=names)
        configuration = inputs.configuration if inputs else None
        ledger = None
        if inputs is not None and configuration is not None:
            ledger = read_ledgers(connection, inputs.migrations, configuration.ledger)
        place = connection.execute(_PLACE).fetchone() if inputs and inputs.settings.shadow else None
        more = further(connection) if further is not None else None
        data = read_data(connection, configuration, snapshot) if configuration is not None else None
        return Live(snapshot, ledger, target, place and (place[0], place[1]), more, data)

    with read_only_session(url or None) as connection:
        return read_steadily(connection, read, whole=names is None)


# Private

_PLACE = b"select extract(epoch from pg_catalog.pg_postmaster_start_time())::text, current_database()::text"
