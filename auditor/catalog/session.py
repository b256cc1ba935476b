"""One read-only transaction in a live database, and what is said when there is none.

https://www.postgresql.org/docs/current/sql-set-transaction.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from auditor import __version__
from auditor.catalog.printing import set_printing
from auditor.catalog.url import Target, parse_url, redact, spellings
from auditor.errors import CouldNotCheck

OLDEST_MAJOR = 15
"""The oldest major version of PostgreSQL whose catalog the queries fit."""

NEWEST_MAJOR = 18
"""The newest one; of a later catalog something might go unseen."""


@contextmanager
def read_only_session(
    url: str | None = None,
    *,
    connect_timeout: int = 10,
    statement_timeout_ms: int = 60_000,
    lock_timeout_ms: int = 5_000,
    idle_timeout_ms: int = 60_000,
) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    """A connection inside one REPEATABLE READ, READ ONLY transaction that prints as :mod:`.printing` says.

    Nothing is asked for at start-up and no statement is prepared, so that it works through a connection pool
    in transaction mode: the limits are set for the transaction.

    Args:
        url: see :func:`auditor.catalog.url.parse_url`; None for libpq's own variables and files.
        connect_timeout: seconds, for each address; what the URL says goes before it.
        statement_timeout_ms: milliseconds for each statement.
        lock_timeout_ms: milliseconds to wait for a lock.
        idle_timeout_ms: milliseconds between two statements.

    Raises:
        UsageError: the URL cannot be understood.
        CouldNotCheck: no connection, a server too old or too new, or any error of the server or the driver inside
            the block. One line; it holds no secret.
    """
    target = parse_url(url)
    connection = _connect(target, connect_timeout)
    failure = None
    try:
        begin(connection, statement_timeout_ms, lock_timeout_ms, idle_timeout_ms)
        yield connection
        connection.rollback()
    except psycopg.Error as error:
        failure = _could_not_read(error, target)
    finally:
        connection.close()
    if failure is not None:
        raise failure from None


def begin(
    connection: psycopg.Connection[tuple[Any, ...]],
    statement_timeout_ms: int = 60_000,
    lock_timeout_ms: int = 5_000,
    idle_timeout_ms: int = 60_000,
) -> None:
    """End the transaction of a session and begin the next, which sees the database as it is now.

    BEGIN and the settings go in one round trip.
    """
    limits = {
        "statement_timeout": statement_timeout_ms,
        "lock_timeout": lock_timeout_ms,
        "idle_in_transaction_session_timeout": idle_timeout_ms,
        "jit": "off",  # the queries are many and short: compiling them costs more than it saves
        "random_page_cost": "1",  # system catalogs are in memory: indexes rather than whole catalogs
    }
    calls = ", ".join(f"set_config('{name}', ${number}, true)" for number, name in enumerate(limits, 1))
    connection.rollback()
    with connection.pipeline():
        connection.execute(f"select {calls}".encode(), [str(value) for value in limits.values()])
        set_printing(connection)


def could_not_connect(error: Exception, target: Target) -> CouldNotCheck:
    """What to raise when there is no connection: why, what to check, and no secret."""
    text = one_line(error, target)
    hint = next((hint for pattern, hint in _CONNECT_HINTS if re.search(pattern, text)), "check the connection URL")
    return CouldNotCheck(f"cannot connect to {target}: {text} ({hint})")


def one_line(error: Exception, target: Target) -> str:
    """The driver's message without line ends and without secrets."""
    secrets = set(target.secrets)
    connection = getattr(error, "pgconn", None)
    if connection is not None and connection.password:  # it may come from a file that libpq has read
        secrets |= spellings(connection.password.decode(errors="replace"))
    text = redact(str(error), secrets)
    lines = [line.strip() for line in text.splitlines()]
    said = [line for line in lines if line and not line.startswith(_SAID_BY_US)]
    return _PREFIX.sub("", "; ".join(said)) if len(said) == 1 else "; ".join(said)


# Private


def _connect(target: Target, connect_timeout: int) -> psycopg.Connection[tuple[Any, ...]]:
    parameters: dict[str, Any] = {
        "connect_timeout": connect_timeout,
        # A network that swallows packets is noticed within half a minute.
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 4,
        **target.parameters,
        "application_name": f"auditor/{__version__}",
        "client_encoding": "utf8",
    }
    failure = None
    try:
        connection = psycopg.connect(**parameters, prepare_threshold=None, cursor_factory=psycopg.RawCursor)
    except (psycopg.Error, UnicodeError) as error:
        failure = could_not_connect(error, target)
    if failure is not None:  # raised out here, the driver's error is not even its context
        raise failure
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    connection.read_only = True
    version = connection.info.server_version
    if version < OLDEST_MAJOR * 10000:
        connection.close()
        raise CouldNotCheck(
            f"{target} runs PostgreSQL {version // 10000}; {OLDEST_MAJOR} is the oldest that can be read"
        )
    if version >= (NEWEST_MAJOR + 1) * 10000:
        connection.close()
        raise CouldNotCheck(
            f"{target} runs PostgreSQL {version // 10000}, newer than {NEWEST_MAJOR}, the newest that can be "
            "read: use a newer auditor"
        )
    return connection


_CONNECT_HINTS = (
    (r"password|authentication|scram|28P01", "check user and password: the URL, PGPASSWORD, ~/.pgpass"),
    (r"pg_hba\.conf", "the server lets nobody in from here like this; perhaps it wants sslmode=require"),
    (r"database .* does not exist", "check the name of the database"),
    (r"role .* does not exist", "check the name of the user"),
    (r"resolve|translate", "check the host name"),
    (r"refused|No such file", "check host and port, and that the server runs"),
    (r"timeout|timed out", "check host, port and firewall"),
    (r"SSL|TLS|certificate", "check sslmode and sslrootcert"),
    (r"too many|connection slots|connection limit", "no connection is free; run it again later"),
    (r"starting up|shutting down|recovery", "run it again when the server is up"),
    (r"service", "check PGSERVICE and the service file"),
)

_PREFIX = re.compile(
    r"(connection failed: |connection is bad: )?"
    r"(connection to server (at|on socket) \S+( \(\S+\))?(, port \d+)? failed: )?([A-Z]+:  )?"
)
"""What libpq puts before the reason, and the message before it says already."""

_SAID_BY_US = "Is the server running"

_QUERY_HINTS = {
    "57014": "a statement took longer than it may; run it again when the server has less to do",
    "55P03": "a lock was not to be had in time: a migration is running; run it again",
    "25P03": "the transaction was idle for too long; run it again",
    "42501": "the role may not read that, though every role may read the system catalogs by default",
    "XX000": "the catalog changed while it was read; run it again",
    "42704": "the catalog changed while it was read; run it again",
}
"""What to do by SQLSTATE: https://www.postgresql.org/docs/current/errcodes-appendix.html"""


def _could_not_read(error: psycopg.Error, target: Target) -> CouldNotCheck:
    text = one_line(error, target)
    hint = _QUERY_HINTS.get(error.sqlstate or "")
    if hint is None and (error.sqlstate is None or error.sqlstate.startswith(("57P", "08"))):
        return CouldNotCheck(f"the server went away while {target} was read: {text} (run it again)")
    return CouldNotCheck(f"cannot read {target}: {text}" + (f" ({hint})" if hint else ""))
