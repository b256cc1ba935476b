"""A scratch server of somebody's own, on which replays run instead of in a throw-away one: `--shadow URL`.

A replay makes a database and a role there, both of names that nobody can guess, runs the migrations in that
database as that role, and drops both, together with the roles and databases that the migrations made, however it
ends. Nothing runs in a database that was there before. Only a kill leaves something behind; its name says what it
is, and what is older than a day is named in the next report.

The URL's role has to be superuser, since nobody else may install event triggers, by which a replay is recorded.
What it does as superuser is the same as in a throw-away server; the migrations have no more rights than there, and
here neither REPLICATION nor a way into roles that were there before. That takes PostgreSQL 16: before, whoever may
create roles may join any that is not superuser, `pg_execute_server_program` among them, and change them.
https://www.postgresql.org/docs/16/release-16.html

Roles belong to a whole server. So replays on one server wait for each other, and a role that a history creates must
not be there already.
"""

from __future__ import annotations

import contextlib
import logging
import secrets
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, LiteralString
from urllib.parse import quote, urlencode

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from auditor import __version__
from auditor.catalog.session import could_not_connect, one_line
from auditor.catalog.url import SECRET_PARAMETERS, Target, parse_url
from auditor.errors import CouldNotCheck
from auditor.replay.server import WITHHELD_ROLES

log = logging.getLogger("auditor")

OLDEST_MAJOR, NEWEST_MAJOR = 15, 18
"""The versions on which replays may run."""

PREFIX = "auditor_shadow_"
"""Of the name of every database and role that a replay makes; 16 random hexadecimal digits follow."""

PATIENCE = 300.0
"""Seconds to wait for another replay on the same server."""


@dataclass(frozen=True, slots=True)
class Shadow:
    """A shadow server, as it was found; nothing was made there yet.

    Attributes:
        target: where it is, and as whom to connect.
        host: `HOST:PORT`, for people.
        version: what `version()` says, build included.
        version_num: such as 180006.
        database: the database to which the URL leads.
        started: when the server was started, to the microsecond: tells it from every other.
        build: what the catalog after a replay depends on: version, server, the extensions it has.
        left_over: databases that earlier replays left more than a day ago.
    """

    target: Target
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
                f"left on the shadow server by replays that were killed, to be dropped by hand with the role "
                f"NAME_owner: {', '.join(self.left_over)}"
            )
        if self.major < 16:
            notes.append(
                f"on PostgreSQL {self.major} migrations that may create roles may also join and change those that "
                "were there before: the history is trusted with the whole shadow server"
            )
        return tuple(notes)


def look_at(url: str) -> Shadow:
    """See whether replays may run on a server.

    Raises:
        UsageError: the URL cannot be understood.
        CouldNotCheck: no connection, another version than 15 to 18, a standby, or a role that is not superuser.
    """
    target = parse_url(url)
    with _connected(target, target.parameters, superuser=False) as connection:
        host = connection.info.host
        host = f"{f'[{host}]' if ':' in host else host}:{connection.info.port}"
        try:
            return _look(connection, target, host)
        except psycopg.Error as error:
            reason = one_line(error, target)
        raise CouldNotCheck(f"the shadow server {host} cannot be looked at: {reason}")


@contextlib.contextmanager
def shadow_server(shadow: Shadow) -> Iterator[ShadowServer]:
    """The server for one replay; afterwards everything that was made there is dropped.

    Raises:
        CouldNotCheck: no connection, or other replays do not come to an end.
    """
    server = ShadowServer(shadow)
    try:
        yield server
    finally:
        server.close()


class ShadowServer:
    """A server on which one replay runs; implements :class:`~auditor.replay.replay_server.ReplayServer`.

    Attributes:
        shims: empty; what stands in for extensions needs the server's own files.
    """

    shims: frozenset[str] = frozenset()

    def __init__(self, shadow: Shadow) -> None:
        self._shadow = shadow
        self._passwords: dict[str, str] = {}
        self._databases: list[str] = []
        # Kept open: with it ends the lock that other replays wait for.
        self._connection = _connected(shadow.target, shadow.target.parameters)
        try:
            self._parameters = _parameters_of(self._connection)
            _wait_for_other_replays(self._connection, shadow.name)
            self._known_roles = dict(self._connection.execute("select rolname, oid from pg_roles").fetchall())
            databases = self._connection.execute("select oid from pg_database").fetchall()
            self._known_databases = [oid for (oid,) in databases]
        except BaseException:
            self._connection.close()
            raise

    @property
    def name(self) -> str:
        """`the shadow server HOST:PORT, PostgreSQL X.Y`."""
        return self._shadow.name

    @property
    def version_num(self) -> int:
        """The server's `server_version_num`, such as 180006."""
        return self._shadow.version_num

    def conninfo(self, dbname: str | None = None, user: str | None = None) -> str:
        """How libpq connects to a database as a user, whatever its environment says; holds a password.

        Args:
            dbname: by default that of the URL.
            user: one for whom :meth:`create_owner_role` was called; by default the URL's.
        """
        return make_conninfo(**self._parameters_for(dbname, user), options="")

    def sqlalchemy_url(self, dbname: str | None = None, user: str | None = None) -> str:
        """The same as a URL for SQLAlchemy, but for `options`: for an environment without PG* variables."""
        further = dict(self._parameters_for(dbname, user))
        role, password, name = (quote(further.pop(key, ""), safe="") for key in ("user", "password", "dbname"))
        place = ""
        if not further["host"].startswith("/"):
            host, port = further.pop("host"), further.pop("port")
            place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        return f"postgresql+psycopg://{role}:{password}@{place}/{name}?{urlencode(further)}"

    def connect(self, dbname: str | None = None, user: str | None = None) -> psycopg.Connection[Any]:
        """A new connection (by default the URL's, as superuser) in autocommit mode and with a safe `search_path`.

        Raises:
            CouldNotCheck: no connection.
        """
        return _connected(self._shadow.target, self._parameters_for(dbname, user), superuser=user is None)

    def create_database(self, name: str | None = None) -> str:
        """Create a database like those of the throw-away server: empty, UTF-8, locale C.

        Raises:
            CouldNotCheck: the server refuses.
        """
        name = name or PREFIX + secrets.token_hex(8)
        self._databases.append(name)  # before it is there: an interrupt may come in between
        self._make(
            "create a database",
            sql.SQL(
                "create database {} template template0 encoding 'UTF8' locale 'C' locale_provider libc"
            ).format(sql.Identifier(name)),
        )
        log.info("database %s on %s", name, self.name)
        return name

    def drop_database(self, name: str) -> None:
        """Drop a database that was made here, whoever is connected to it."""
        if name in self._databases:
            self._connection.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))
            self._databases.remove(name)

    def create_owner_role(self, name: str) -> None:
        """Create the role as which migrations are run, with a password that nobody learns.

        Rights as in :meth:`auditor.replay.server.ThrowAwayServer.create_owner_role`, but for REPLICATION, whose
        slots would stay, and predefined roles by which it could disturb others.

        Raises:
            CouldNotCheck: the server refuses, or does not let that role in.
        """
        role = sql.Identifier(name)
        password = secrets.token_hex(16)
        # Not even the server's log is to show it.
        scram = self._connection.pgconn.encrypt_password(password.encode(), name.encode(), "scram-sha-256")
        create = sql.SQL("create role {} login createrole createdb bypassrls password {}")
        grant = sql.SQL("grant set on parameter session_replication_role to {}")
        statements = [create.format(role, scram.decode()), grant.format(role)]
        settings: dict[LiteralString, LiteralString] = {
            "lc_messages": "C",  # what a failure is about is read from PostgreSQL's message
            "synchronous_commit": "off",
        }
        if self.version_num >= 160000:
            settings["createrole_self_grant"] = "set, inherit"
        for setting, value in settings.items():
            statements.append(sql.SQL("alter role {} set " + setting + " = {}").format(role, value))
        self._passwords[name] = password  # before it is there: an interrupt may come in between
        self._make("create a role", *statements)
        if self.version_num >= 160000:
            self._hand_out_predefined_roles(role)
        self._let_in(name)

    def may_join(self, role: str) -> bool:
        """Whether a role was not there before the replay."""
        return role not in self._known_roles

    def accept_version(self, extension: str, version: str) -> bool:  # noqa: ARG002 - there are no stand-ins
        """Never: there are no stand-ins here."""
        return False

    def advice(self, extension: str) -> str:
        """Why an extension cannot be created here, and what to do about it.

        https://www.postgresql.org/docs/current/extend-extensions.html#EXTEND-EXTENSIONS-FILES-TRUSTED
        """
        return (
            f"{self.name}, does not have {extension}, or only for superusers: install it there, and if migrations "
            "may have what it gives, write `trusted = true` into its control file"
        )

    def close(self) -> None:
        """Drop all that was made here; what cannot be dropped is named in a warning."""
        try:
            with self.connect() as connection:
                self._clean(connection)
        except (CouldNotCheck, psycopg.Error) as error:
            made = ", ".join([*self._databases, *self._passwords])
            if made:
                log.warning("left on %s, drop it by hand: %s (%s)", self.name, made, " ".join(str(error).split()))
        finally:
            self._connection.close()

    # Private half

    def _parameters_for(self, dbname: str | None, user: str | None) -> dict[str, str]:
        found = dict(self._parameters)
        if dbname is not None:
            found["dbname"] = dbname
        if user is not None:
            found |= {"user": user, "password": self._passwords[user]}
        return found

    def _make(self, what: str, *statements: sql.Composed) -> None:
        try:
            for statement in statements:
                self._connection.execute(statement)
        except psycopg.Error as error:
            reason = one_line(error, self._shadow.target)
        else:
            return
        raise CouldNotCheck(f"cannot {what} on {self.name}: {reason}")

    def _hand_out_predefined_roles(self, owner: sql.Identifier) -> None:
        predefined = self._connection.execute(
            "select rolname from pg_roles where rolname ~ '^pg_' and rolname <> all (%s)",
            [[*WITHHELD_ROLES, *_DISTURBING_ROLES, "pg_database_owner"]],
        )
        grant = sql.SQL("grant {} to {} with admin true, inherit false, set false")
        self._make("grant roles", *(grant.format(sql.Identifier(name), owner) for (name,) in predefined))

    def _let_in(self, owner: str) -> None:
        """See that the role can log in: `pg_hba.conf` may know but a few roles, or no passwords."""
        try:
            self.connect(self._databases[-1] if self._databases else None, owner).close()
        except CouldNotCheck as error:
            reason = str(error)
        else:
            return
        raise CouldNotCheck(
            f"{self.name}, does not let in the role that a replay makes for the migrations: {reason}; "
            "its pg_hba.conf has to accept passwords (scram-sha-256) from here for all roles and databases"
        )

    def _clean(self, connection: psycopg.Connection[Any]) -> None:
        owners = list(self._passwords)
        made = [
            name
            for (name,) in connection.execute(
                _MADE_ROLES, {"known": list(self._known_roles.values()), "owners": owners}
            )
        ]
        databases = connection.execute(
            "select datname from pg_database where oid <> all (%s) and (datname = any (%s)"
            " or pg_get_userbyid(datdba) = any (%s))",
            [self._known_databases, self._databases, made],
        )
        for (name,) in databases.fetchall():
            database = sql.Identifier(name)
            self._drop(connection, f"database {name}", sql.SQL("alter database {} is_template false").format(database))
            self._drop(connection, f"database {name}", sql.SQL("drop database {} with (force)").format(database))
        for role, member in connection.execute(_MEMBERSHIPS_BEFORE_16, [made, made]).fetchall():
            revoke = sql.SQL("revoke {} from {}").format(sql.Identifier(role), sql.Identifier(member))
            self._drop(connection, f"membership of {member} in {role}", revoke)
        for name in sorted({*owners} & {*made}):
            # Its right to set a parameter, and what it granted.
            owned = sql.SQL("drop owned by {}").format(sql.Identifier(name))
            self._drop(connection, f"rights of {name}", owned)
        if made:
            roles = sql.SQL("drop role {}").format(sql.SQL(", ").join(map(sql.Identifier, made)))
            self._drop(connection, f"roles {', '.join(made)}", roles)

    def _drop(self, connection: psycopg.Connection[Any], what: str, statement: sql.Composed) -> None:
        try:
            connection.execute(statement)
        except psycopg.Error as error:
            reason = one_line(error, self._shadow.target)
            log.warning("left on %s, drop it by hand: %s (%s)", self.name, what, reason)


# Private

# Besides those that let one reach the machine: those that let one disturb other users of the server.
_DISTURBING_ROLES = ("pg_checkpoint", "pg_signal_autovacuum_worker", "pg_signal_backend")

# The key of the advisory lock, in the database of the URL.
_LOCK = int.from_bytes(b"auditor")

_OPTIONS = {
    "default_transaction_read_only": "off",
    "idle_session_timeout": "0",  # the connection that holds the lock does nothing else
    "search_path": "pg_catalog",
    "statement_timeout": "0",
}
_SUPERUSER_OPTIONS = {"lc_messages": "C", "synchronous_commit": "off"}

# What is said anew for each connection, or belongs to another role or another way to the server.
_NOT_HANDED_ON = frozenset(
    {
        *SECRET_PARAMETERS,
        "application_name",
        "client_encoding",
        "connect_timeout",
        "fallback_application_name",
        "options",
        "passfile",
        "replication",
        "service",
        "servicefile",
    }
) - {"sslpassword"}

_LOOK = b"""
select version(), pg_is_in_recovery(), current_database()::text,
       extract(epoch from pg_postmaster_start_time())::text,
       (select system_identifier::text from pg_control_system()),
       (select md5(string_agg(concat_ws(' ', e.name, e.version, e.superuser, e.trusted), ',' order by e.name, e.version))
          from pg_available_extension_versions e),
       array(select d.datname::text from pg_database d
              where d.datname ~ '^auditor_shadow_[0-9a-f]{16}$'
                and (pg_stat_file(concat('base/', d.oid, '/PG_VERSION'), true)).modification
                    < now() - interval '1 day'
              order by 1)
"""

# New ones, except those of which somebody else is the administrator, as from 16 on their creator is.
_MADE_ROLES = b"""
with new as (select oid, rolname::text as name from pg_roles
              where oid <> all (%(known)s) and not rolsuper)
select name from new
 where name = any (%(owners)s)
    or not exists (select from pg_auth_members m
                    where m.roleid = new.oid and m.admin_option and m.member not in (select n.oid from new n))
 order by 1
"""

# Before 16 a role can be dropped though it granted memberships.
_MEMBERSHIPS_BEFORE_16 = b"""
select pg_get_userbyid(m.roleid)::text, pg_get_userbyid(m.member)::text from pg_auth_members m
 where pg_get_userbyid(m.grantor) = any (%s) and pg_get_userbyid(m.member) <> all (%s)
   and current_setting('server_version_num')::integer < 160000
"""


def _connected(
    target: Target, parameters: Mapping[str, str], *, superuser: bool = True
) -> psycopg.Connection[Any]:
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
    raise CouldNotCheck(f"shadow server: {failure}")


def _parameters_of(connection: psycopg.Connection[Any]) -> dict[str, str]:
    """How to get to the same server again, whatever the environment, a service file or a list of hosts say."""
    found = {
        option.keyword.decode(): option.val.decode() for option in connection.pgconn.info if option.val is not None
    }
    kept = {name: value for name, value in found.items() if value and name not in _NOT_HANDED_ON}
    info = connection.info
    kept |= {"host": info.host, "port": str(info.port), "dbname": info.dbname, "user": info.user}
    kept.pop("hostaddr", None)
    if info.hostaddr:
        kept["hostaddr"] = info.hostaddr
    if info.password:
        kept["password"] = info.password
    return kept


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
            f"role {user} of the shadow server {host} {lacks}: a replay is recorded by event triggers, which only a "
            "superuser may install; give the URL of a superuser of a scratch server"
        )
    row = connection.execute(_LOOK).fetchone()
    assert row is not None  # noqa: S101 - for the type checker: one row always comes
    version, standby, database, started, cluster, extensions, left_over = row
    if standby:
        raise CouldNotCheck(f"the shadow server {host} is a standby, in which no database can be made")
    build = f"{version} shadow {cluster} {extensions}"
    return Shadow(target, host, version, number, database, started, build, tuple(left_over))


def _wait_for_other_replays(connection: psycopg.Connection[Any], name: str) -> None:
    end = time.monotonic() + PATIENCE
    waited = False
    while connection.execute("select pg_try_advisory_lock(%s)", [_LOCK]).fetchone() != (True,):
        if time.monotonic() > end:
            raise CouldNotCheck(f"another replay has been running on {name}, for {PATIENCE:.0f} s: run it again later")
        if not waited:
            log.warning("waiting for another replay on %s", name)
        waited = True
        time.sleep(0.2)
