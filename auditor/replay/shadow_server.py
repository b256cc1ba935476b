"""One replay on a shadow server: what it makes there, and that nothing of it stays.

Roles belong to a whole server. So replays on one server wait for each other; and what is dropped in the end is
what was not there in the beginning, the databases and roles of the replay and those that its migrations made.
"""

from __future__ import annotations

import contextlib
import logging
import secrets
import time
from collections.abc import Iterable, Iterator
from typing import Any, LiteralString
from urllib.parse import quote, urlencode

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from auditor.catalog.session import one_line
from auditor.errors import CouldNotCheck
from auditor.replay.server import WITHHELD_ROLES
from auditor.replay.shadow import PREFIX, Shadow, connected

log = logging.getLogger("auditor")

PATIENCE = 300.0
"""Seconds to wait for another replay on the same server."""


@contextlib.contextmanager
def shadow_server(shadow: Shadow) -> Iterator[ShadowServer]:
    """The server for one replay; afterwards everything that was made there is dropped.

    Raises:
        CouldNotCheck: no connection, or another replay does not come to an end.
    """
    server = ShadowServer(shadow)
    try:
        yield server
    finally:
        server.close()


class ShadowServer:
    """A server on which one replay runs; implements :class:`~auditor.replay.replay_server.ReplayServer`.

    Attributes:
        shims: empty; what stands in for extensions needs files of the server.
        names_are_free: they are not: others have databases here.
    """

    shims: frozenset[str] = frozenset()
    names_are_free = False

    def __init__(self, shadow: Shadow) -> None:
        self._shadow = shadow
        self._passwords: dict[str, str] = {}
        self._databases: list[str] = []
        # Kept open: with it ends the lock that other replays wait for.
        self._connection = connected(shadow.target, shadow.parameters)
        try:
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
        """The same as a URL for SQLAlchemy, for an environment without PG* variables."""
        further = self._parameters_for(dbname, user)
        role, password, name = (quote(further.pop(key, ""), safe="") for key in ("user", "password", "dbname"))
        place = ""
        if not further["host"].startswith("/"):
            host, port = further.pop("host"), further.pop("port")
            place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        return f"postgresql+psycopg://{role}:{password}@{place}/{name}?{urlencode(further)}"

    def connect(self, dbname: str | None = None, user: str | None = None) -> psycopg.Connection[tuple[Any, ...]]:
        """A new connection, by default as superuser to the URL's database; see :func:`~.shadow.connected`.

        Raises:
            CouldNotCheck: no connection.
        """
        return connected(self._shadow.target, self._parameters_for(dbname, user), superuser=user is None)

    def create_database(self, name: str | None = None) -> str:
        """Create a database like those of the throw-away server: empty, in UTF-8, with the locale C.

        Args:
            name: not heeded: it gets a name that no other has.

        Raises:
            CouldNotCheck: the server refuses.
        """
        name = PREFIX + secrets.token_hex(8)
        self._databases.append(name)  # before it is there: an interrupt may come in between
        create = "create database {} template template0 encoding 'UTF8' locale 'C' locale_provider libc"
        self._make("create a database", sql.SQL(create).format(sql.Identifier(name)))
        log.info("database %s on %s", name, self.name)
        return name

    def drop_database(self, name: str) -> None:
        """Drop a database, whoever is connected to it; nothing happens to one that was not made here."""
        if name in self._databases:
            drop = sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name))
            self._make("drop a database", drop)
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
        verifier = self._connection.pgconn.encrypt_password(password.encode(), name.encode(), b"scram-sha-256")
        create = sql.SQL("create role {} login createrole createdb bypassrls password {}")
        grant = sql.SQL("grant set on parameter session_replication_role to {}")
        statements = [create.format(role, verifier.decode()), grant.format(role)]
        for setting, (oldest_major, value) in _OWNER_SETTINGS.items():
            if self._shadow.major >= oldest_major:
                statements.append(sql.SQL("alter role {} set " + setting + " = {}").format(role, value))
        self._passwords[name] = password  # before it is there: an interrupt may come in between
        self._make("create a role", *statements)
        if self._shadow.major >= 16:
            self._hand_out_predefined_roles(role)
        self._try_to_log_in(name)

    def take_away(self, database: str, owner: str, roles: Iterable[str]) -> None:  # noqa: ARG002
        """Drop all that was made here up to now, which is no more than this; what cannot be dropped is named."""
        self._clean(self._connection)
        self._databases.clear()
        self._passwords.clear()

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
            with self.connect() as connection:  # a new one: the first may have been lost
                self._clean(connection)
        except (CouldNotCheck, psycopg.Error) as error:
            made = ", ".join([*self._databases, *self._passwords])
            if made:
                self._warn(made, " ".join(str(error).split()))
        finally:
            self._connection.close()

    # Private half

    def _parameters_for(self, dbname: str | None, user: str | None) -> dict[str, str]:
        found = dict(self._shadow.parameters)
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

    def _try_to_log_in(self, owner: str) -> None:
        """`pg_hba.conf` may know but a few roles, or no passwords."""
        try:
            self.connect(self._databases[-1] if self._databases else None, owner).close()
        except CouldNotCheck as error:
            reason = str(error)
        else:
            return
        raise CouldNotCheck(
            f"{self.name}, does not let in the role that a replay makes for the migrations ({reason}): its "
            "pg_hba.conf has to accept passwords (scram-sha-256) from here for all roles and databases"
        )

    def _clean(self, connection: psycopg.Connection[Any]) -> None:
        owners, known = list(self._passwords), list(self._known_roles.values())
        rows = connection.execute(_MADE_ROLES, {"known": known, "owners": owners}).fetchall()
        made: list[str] = [name for (name,) in rows]
        parameters = {"known": self._known_databases, "made": self._databases, "owners": made}
        for (name,) in connection.execute(_MADE_DATABASES, parameters).fetchall():
            for text in ("alter database {} is_template false", "drop database {} with (force)"):
                self._drop(connection, f"database {name}", sql.SQL(text).format(sql.Identifier(name)))
        for role, member in connection.execute(_MEMBERSHIPS_BEFORE_16, {"made": made}).fetchall():
            revoke = sql.SQL("revoke {} from {}").format(sql.Identifier(role), sql.Identifier(member))
            self._drop(connection, f"membership of {member} in {role}", revoke)
        for name in sorted({*owners} & {*made}):
            # Its right to set a parameter, and what it granted.
            self._drop(connection, f"rights of {name}", sql.SQL("drop owned by {}").format(sql.Identifier(name)))
        if made:
            self._drop_roles(connection, made)

    def _drop_roles(self, connection: psycopg.Connection[Any], names: list[str]) -> None:
        drop = sql.SQL("drop role {}")
        try:  # all at once, since some may be members of others
            connection.execute(drop.format(sql.SQL(", ").join(map(sql.Identifier, names))))
        except psycopg.Error:
            for name in names:
                self._drop(connection, f"role {name}", drop.format(sql.Identifier(name)))

    def _drop(self, connection: psycopg.Connection[Any], what: str, statement: sql.Composed) -> None:
        try:
            connection.execute(statement)
        except psycopg.Error as error:
            self._warn(what, one_line(error, self._shadow.target))

    def _warn(self, what: str, reason: str) -> None:
        log.warning("left on %s, drop it by hand: %s (%s)", self.name, what, reason)


# Private

# Besides those that let one reach the machine: those that let one disturb other users of the server.
_DISTURBING_ROLES = ("pg_checkpoint", "pg_signal_autovacuum_worker", "pg_signal_backend")

# Setting -> the first version that knows it, value.
_OWNER_SETTINGS: dict[LiteralString, tuple[int, LiteralString]] = {
    "lc_messages": (15, "C"),  # what a failure is about is read from PostgreSQL's message
    "synchronous_commit": (15, "off"),
    "createrole_self_grant": (16, "set, inherit"),
}

# The key of the advisory lock, in the database of the URL.
_LOCK = int.from_bytes(b"auditor")

# New ones, except those of which somebody else is the administrator, as from 16 on their creator is.
_MADE_ROLES = b"""
with new as (select oid, rolname::text as name from pg_roles where oid <> all (%(known)s) and not rolsuper)
select name from new
 where name = any (%(owners)s)
    or not exists (select from pg_auth_members m
                    where m.roleid = new.oid and m.admin_option and m.member not in (select n.oid from new n))
 order by 1
"""

_MADE_DATABASES = b"""
select datname::text from pg_database
 where oid <> all (%(known)s) and (datname = any (%(made)s) or pg_get_userbyid(datdba) = any (%(owners)s))
"""

# Before 16 a role can be dropped though it granted memberships.
_MEMBERSHIPS_BEFORE_16 = b"""
select pg_get_userbyid(roleid)::text, pg_get_userbyid(member)::text from pg_auth_members
 where pg_get_userbyid(grantor) = any (%(made)s) and pg_get_userbyid(member) <> all (%(made)s)
   and current_setting('server_version_num')::integer < 160000
"""


def _wait_for_other_replays(connection: psycopg.Connection[Any], name: str) -> None:
    end = time.monotonic() + PATIENCE
    waited = False
    while connection.execute("select pg_try_advisory_lock(%s)", [_LOCK]).fetchone() != (True,):
        if time.monotonic() > end:
            raise CouldNotCheck(
                f"another replay has been running for {PATIENCE:.0f} s on {name}: run it again later"
            )
        if not waited:
            log.warning("waiting for another replay on %s", name)
        waited = True
        time.sleep(0.2)
