"""A scratch server of somebody's own, on which replays run instead of in a throw-away one: `--shadow URL`.

A replay makes a database and a role there, both of names that nobody can guess, runs the migrations in that
database as that role, and drops both, together with the roles and databases that the migrations made, however it
ends (:mod:`auditor.replay.shadow_server`). Nothing runs in a database that was there before. Only a kill leaves
something behind; its name says what it is, and what is older than a day is named in the next report.

The URL's role has to be superuser, since nobody else may install event triggers, by which a replay is recorded.
What it does as superuser is the same as in a throw-away server; the migrations have no more rights than there, and
here neither REPLICATION nor a way into roles that were there before. That takes PostgreSQL 16: before, whoever may
create roles may join any that is not superuser, `pg_execute_server_program` among them, and change them.
https://www.postgresql.org/docs/16/release-16.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import psycopg

from auditor import __version__
from auditor.catalog.session import could_not_connect, one_line
from auditor.catalog.url import SECRET_PARAMETERS, Target, parse_url
from auditor.errors import CouldNotCheck

OLDEST_MAJOR, NEWEST_MAJOR = 15, 18
"""The versions on which replays may run."""

PREFIX = "auditor_shadow_"
"""Of the name of every database and role that a replay makes; 16 random hexadecimal digits follow."""


@dataclass(frozen=True, slots=True)
class Shadow:
    """A shadow server, as it was found; nothing was made there yet.

    Attributes:
        target: what the URL says.
        parameters: of libpq, by which one comes to this very server again; may hold a password.
        host: `HOST:PORT`, for people.
        version: what `version()` says.
        version_num: such as 180006.
        database: the database to which the URL leads.
        started: when the server was started, to the microsecond: tells it from every other.
        build: what the catalog after a replay depends on: the version, the server, the extensions it has.
        left_over: databases that earlier replays left more than a day ago.
    """

    target: Target
    parameters: Mapping[str, str] = field(repr=False)
    host: str
    version: str
    version_num: int
    database: str
    started: str
    build: str
    left_over: tuple[str, ...] = ()

    @property
    def major(self) -> int:
        """The major version, such as 18."""
        return self.version_num // 10_000

    @property
    def name(self) -> str:
        """`the shadow server HOST:PORT, PostgreSQL X.Y`."""
        return f"the shadow server {self.host}, PostgreSQL {self.major}.{self.version_num % 10_000}"

    @property
    def notes(self) -> tuple[str, ...]:
        """What whoever runs the server should know."""
        notes = []
        if self.left_over:
            notes.append(
                "left on the shadow server by replays that were killed, to be dropped by hand, each with the role "
                f"NAME_owner: {', '.join(self.left_over)}"
            )
        if self.major < 16:
            notes.append(
                f"on PostgreSQL {self.major} migrations may also join and change roles that were there before: "
                "the history is trusted with the whole shadow server"
            )
        return tuple(notes)


def look_at(url: str) -> Shadow:
    """See whether replays may run on a server.

    Raises:
        UsageError: the URL cannot be understood.
        CouldNotCheck: no connection, another version than 15 to 18, a standby, or a role that is not superuser.
    """
    target = parse_url(url)
    with connected(target, target.parameters, superuser=False) as connection:
        host = connection.info.host
        host = f"{f'[{host}]' if ':' in host else host}:{connection.info.port}"
        try:
            return _look(connection, target, host)
        except psycopg.Error as error:
            reason = one_line(error, target)
        raise CouldNotCheck(f"the shadow server {host} cannot be looked at: {reason}")


def connected(
    target: Target, parameters: Mapping[str, str], *, superuser: bool = True
) -> psycopg.Connection[tuple[Any, ...]]:
    """A connection in autocommit mode, with `search_path = pg_catalog` and without time limits of the server's.

    The owner of a database can set another path for it, in which the superuser would run functions of his.

    Args:
        target: for messages.
        parameters: of libpq.
        superuser: whether the role is one, and may choose the language of messages.

    Raises:
        CouldNotCheck: no connection; the message holds no secret.
    """
    options = _OPTIONS | (_SUPERUSER_OPTIONS if superuser else {})
    given = parameters.get("options", "")
    full: dict[str, Any] = {
        "connect_timeout": 10,
        **parameters,
        "application_name": f"auditor/{__version__}",
        "client_encoding": "utf8",
        "options": " ".join([given, *(f"-c {name}={value}" for name, value in options.items())]).strip(),
    }
    try:
        return psycopg.connect(**full, autocommit=True)
    except (psycopg.Error, UnicodeError) as error:
        failure = could_not_connect(error, target)
    raise CouldNotCheck(f"shadow server: {failure}")  # out here the driver's error is not even its context


# Private

_OPTIONS = {
    "default_transaction_read_only": "off",
    "idle_session_timeout": "0",  # the connection that holds the lock does nothing else
    "search_path": "pg_catalog",
    "statement_timeout": "0",
}
_SUPERUSER_OPTIONS = {"lc_messages": "C", "synchronous_commit": "off"}

# Parameters that are said anew for each connection, or belong to another role or another way to the server.
_NOT_HANDED_ON = frozenset(
    {
        *(name for name in SECRET_PARAMETERS if name != "sslpassword"),
        "application_name",
        "client_encoding",
        "connect_timeout",
        "fallback_application_name",
        "hostaddr",
        "options",
        "passfile",
        "replication",
        "service",
        "servicefile",
    }
)

_LOOK = b"""
select version(), pg_is_in_recovery(), current_database()::text,
       extract(epoch from pg_postmaster_start_time())::text,
       (select system_identifier::text from pg_control_system()),
       (select md5(string_agg(concat_ws(' ', e.name, e.version, e.superuser, e.trusted), ','
                              order by e.name, e.version))
          from pg_available_extension_versions e),
       array(select d.datname::text from pg_database d
              where d.datname ~ '^auditor_shadow_[0-9a-f]{16}$'
                and (pg_stat_file(concat('base/', d.oid, '/PG_VERSION'), true)).modification
                    < now() - interval '1 day'
              order by 1)
"""


def _look(connection: psycopg.Connection[Any], target: Target, host: str) -> Shadow:
    number = connection.info.server_version
    if not OLDEST_MAJOR <= number // 10_000 <= NEWEST_MAJOR:
        raise CouldNotCheck(
            f"the shadow server {host} runs PostgreSQL {number // 10_000}; replays run on {OLDEST_MAJOR} to "
            f"{NEWEST_MAJOR}"
        )
    role = connection.execute("select rolname, rolsuper, rolcreatedb from pg_roles where rolname = current_user")
    user, is_superuser, creates_databases = role.fetchone() or ("?", False, False)
    if not is_superuser:
        lacks = "is not superuser" + ("" if creates_databases else " and may not create databases (CREATEDB)")
        raise CouldNotCheck(
            f"role {user} of the shadow server {host} {lacks}: a replay is recorded by event triggers, which only "
            "a superuser may install; give the URL of a superuser of a scratch server"
        )
    row = connection.execute(_LOOK).fetchone()
    assert row is not None  # noqa: S101 - for the type checker: one row always comes
    version, standby, database, started, cluster, extensions, left_over = row
    if standby:
        raise CouldNotCheck(f"the shadow server {host} is a standby, in which no database can be made")
    build = f"{version} shadow {cluster} {extensions}"
    parameters = _parameters_of(connection)
    return Shadow(target, parameters, host, version, number, database, started, build, tuple(left_over))


def _parameters_of(connection: psycopg.Connection[Any]) -> dict[str, str]:
    """How to get to the same server again, whatever the environment, a service file or a list of hosts say."""
    known = {option.keyword.decode(): option.val.decode() for option in connection.pgconn.info if option.val}
    info = connection.info
    found = {name: value for name, value in known.items() if name not in _NOT_HANDED_ON}
    found |= {"host": info.host, "hostaddr": info.hostaddr, "port": str(info.port)}
    return found | {"dbname": info.dbname, "user": info.user, "password": info.password}
