"""The throw-away PostgreSQL: up in a tenth of a second, gone without a trace.

    with throw_away_server() as server:
        name = server.create_database()
        connection = psycopg.connect(server.conninfo(name))

It listens on a Unix socket in a directory that only its account can enter, trusts whoever gets there, and keeps
nothing. Who guards it is told in `auditor.replay.supervisor`.
"""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from auditor.errors import CouldNotCheck
from auditor.replay import extensions
from auditor.replay.binaries import Installation, choose

if TYPE_CHECKING:
    import psycopg

# Settings of a server that is never going to recover from anything, and is only ever used by one program.
# https://www.postgresql.org/docs/current/non-durability.html
_SETTINGS = {
    "listen_addresses": "",
    "port": "5432",
    "unix_socket_permissions": "0700",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_worker_processes": "0",
    "max_logical_replication_workers": "0",
    "autovacuum": "off",
    "jit": "off",
    "shared_buffers": "16MB",
    "max_connections": "20",
    # A history may create or drop thousands of objects in one transaction.
    "max_locks_per_transaction": "512",
    # In the data directory, so that nothing stays in /dev/shm after a kill, nor is it needed.
    "dynamic_shared_memory_type": "mmap",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # The log says why the server did not start; the errors of SQL go to the client that caused them.
    "log_min_messages": "log",
    "log_line_prefix": "",
}
_SETTINGS_18 = {
    "io_method": "sync",  # no I/O workers to start
    "extension_control_path": f"{{directory}}/{extensions.OVERLAY}:$system",
}

# Predefined roles whose members reach the machine: the server's files, its programs, other servers; and the one
# with which the record of a replay could be rewritten.
# https://www.postgresql.org/docs/current/predefined-roles.html
WITHHELD_ROLES = (
    "pg_read_server_files",
    "pg_write_server_files",
    "pg_execute_server_program",
    "pg_create_subscription",
    "pg_write_all_data",
)


@contextlib.contextmanager
def throw_away_server(
    installation: Installation | None = None,
    *,
    major: int | None = None,
    superuser: str = "postgres",
    settings: Mapping[str, str] | None = None,
) -> Iterator[ThrowAwayServer]:
    """A running server for as long as the block lasts.

    Args:
        installation: the binaries; by default those that :func:`~auditor.replay.binaries.choose` finds.
        major: which major version to choose.
        superuser: name of the superuser and of his database. Another one than `postgres` leaves that name to the
            role that runs the migrations, many of which say `OWNER TO postgres`, and to its database.
        settings: further settings of `postgresql.conf`.

    Raises:
        CouldNotCheck: there are no binaries, or the server does not come up; the message says why.
    """
    if sys.platform == "win32":
        raise CouldNotCheck("a replay needs Unix sockets: name a scratch server with `--shadow URL`")
    server = ThrowAwayServer(installation or choose(major), settings or {})
    try:
        server.rename_superuser(superuser)
        yield server
    finally:
        server.stop()


class ThrowAwayServer:
    """A PostgreSQL server that ends with this process.

    It implements :class:`~auditor.replay.replay_server.ReplayServer`.

    Attributes:
        installation: the binaries it runs.
        directory: its working directory, which holds the socket.
        superuser: the name of its superuser, and of the database that is there from the beginning.
        shims: names of the extensions that :mod:`auditor.replay.extensions` stands in for.
    """

    names_are_free = True

    def __init__(self, installation: Installation, settings: Mapping[str, str]) -> None:
        self.installation = installation
        self.superuser = "postgres"
        self._numbers = itertools.count(1)
        self._supervisor = _start_supervisor(_request(installation, settings))
        try:
            self.directory = _await_ready(self._supervisor, installation)
            self.shims = extensions.write_overlay(self) if installation.major >= 18 else frozenset()
        except BaseException:
            _end_supervisor(self._supervisor)
            raise

    @property
    def name(self) -> str:
        """Which binaries it runs, for people."""
        return f"PostgreSQL {self.installation.major} of {self.installation.bindir}"

    @property
    def version_num(self) -> int:
        """The server's `server_version_num`, such as 180006."""
        return self.installation.version_num

    def conninfo(self, dbname: str | None = None, user: str | None = None) -> str:
        """How libpq and psycopg connect to a database as a user (by default the superuser's, as the superuser).

        What the PG* variables of the environment would change is set: a `PGHOSTADDR` that is around must not
        lead the migrations to another server.
        """
        values = {
            "host": str(self.directory),
            "hostaddr": "",
            "port": "5432",
            "dbname": dbname or self.superuser,
            "user": user or self.superuser,
            "options": "",
            "channel_binding": "disable",
            "gssencmode": "disable",
            "target_session_attrs": "any",
        }
        return " ".join(f"{name}={_quoted(value)}" for name, value in values.items())

    def sqlalchemy_url(self, dbname: str | None = None, user: str | None = None) -> str:
        """The same as a URL for SQLAlchemy.

        Such a URL cannot set a parameter to nothing: connect within :func:`libpq_environment_cleared`.
        """
        parts = (user or self.superuser, dbname or self.superuser, str(self.directory))
        role, name, host = (quote(part, safe="") for part in parts)
        return f"postgresql+psycopg://{role}@/{name}?host={host}&port=5432"

    def connect(self, dbname: str | None = None, user: str | None = None) -> psycopg.Connection[tuple[Any, ...]]:
        """A new connection (by default of the superuser) in autocommit mode and with `search_path = pg_catalog`.

        The path is set because the owner of a database can set another one for it (`ALTER DATABASE ... SET`), in
        which functions of his own would be run by the superuser.

        Raises:
            CouldNotCheck: the server is not there any more.
        """
        import psycopg

        try:
            return psycopg.connect(
                self.conninfo(dbname, user),
                autocommit=True,
                options="-c search_path=pg_catalog",
                connect_timeout=30,
            )
        except psycopg.OperationalError as error:
            raise CouldNotCheck(f"the throw-away PostgreSQL cannot be reached: {str(error).strip()}") from error

    def create_database(
        self, name: str | None = None, *, template: str | None = None, owner: str | None = None
    ) -> str:
        """Create a database and return its name.

        Args:
            name: its name; by default one that is not used yet.
            template: the database to copy, which nobody may be connected to.
            owner: its owner, who is then also the owner of the schema `public`; by default the superuser.
        """
        from psycopg import sql

        name = name or f"scratch_{next(self._numbers)}"
        statement = sql.SQL("create database {} template {} strategy file_copy owner {}").format(
            sql.Identifier(name), sql.Identifier(template or "template1"), sql.Identifier(owner or self.superuser)
        )
        with self.connect() as connection:
            connection.execute(statement)
        return name

    def drop_database(self, name: str) -> None:
        """Drop a database, whoever is connected to it."""
        from psycopg import sql

        with self.connect() as connection:
            connection.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))

    def create_owner_role(self, name: str) -> None:
        """Create the role as which migrations are run: it may do everything that does not reach the machine.

        It owns the databases created for it, creates roles and databases, bypasses row security, hands out the
        harmless predefined roles, may set `session_replication_role` (so whoever relies on an event trigger makes
        it ENABLE ALWAYS), and creates the extensions that the installation marks as trusted, those of
        :data:`auditor.replay.extensions.HARMLESS`, and the shims.

        What needs a superuser is refused by PostgreSQL: server files and programs (`COPY ... FROM 'file'`,
        `COPY ... PROGRAM`, `pg_read_file`, `lo_import`), ALTER SYSTEM, event triggers, functions in C or an
        untrusted language, publications of all tables, subscriptions, tablespaces, foreign-data wrappers, base
        types, casts without a function, operator classes, moving a real extension to another schema, superuser
        roles; before 16 also roles with BYPASSRLS or REPLICATION, and handing an object over to a role that it did
        not make itself a member of.
        """
        from psycopg import sql

        role = sql.Identifier(name)
        with self.connect() as connection:
            connection.execute(
                sql.SQL("create role {} login createrole createdb bypassrls replication").format(role)
            )
            connection.execute(sql.SQL("grant set on parameter session_replication_role to {}").format(role))
            if self.version_num < 160000:
                # Before 16, CREATEROLE can grant any role, even to itself, but not one that is superuser.
                connection.execute(
                    "update pg_authid set rolsuper = true where rolname = any (%s)", [list(WITHHELD_ROLES)]
                )
                return
            # Whoever makes a role can then hand objects over to it, as a superuser could.
            connection.execute(sql.SQL("alter role {} set createrole_self_grant = 'set, inherit'").format(role))
            predefined = connection.execute(
                "select rolname from pg_roles where rolname ~ '^pg_' and rolname <> all (%s)",
                [[*WITHHELD_ROLES, "pg_database_owner"]],
            )
            for (granted,) in predefined.fetchall():
                connection.execute(
                    sql.SQL("grant {} to {} with admin true, inherit false, set false").format(
                        sql.Identifier(granted), role
                    )
                )

    def take_away(self, database: str, owner: str, roles: Iterable[str]) -> None:
        """Drop the database of a replay, the role that ran it, and the roles and databases that it made.

        Args:
            database: its name.
            owner: the name of the role.
            roles: identities of the roles.
        """
        from psycopg import sql

        self.drop_database(database)
        with self.connect() as connection:
            found = connection.execute(
                "select rolname from pg_roles where rolname = %s or quote_ident(rolname) = any (%s)",
                [owner, list(roles)],
            )
            names = [name for (name,) in found.fetchall()]
            further = connection.execute(
                "select datname from pg_database where pg_get_userbyid(datdba) = any (%s)", [names]
            )
            for (name,) in further.fetchall():
                connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))
            for name in names:
                connection.execute(sql.SQL("drop owned by {}").format(sql.Identifier(name)))
            if names:
                dropped = sql.SQL(", ").join(map(sql.Identifier, names))
                connection.execute(sql.SQL("drop role {}").format(dropped))

    def may_join(self, role: str) -> bool:  # noqa: ARG002 - whatever there is was made for this replay
        """Whether the role that runs the migrations may be made a member of a role that is not superuser: yes."""
        return True

    def accept_version(self, extension: str, version: str) -> bool:
        """See :func:`auditor.replay.extensions.accept_version`."""
        return extensions.accept_version(self, extension, version)

    def advice(self, extension: str) -> str:
        """See :func:`auditor.replay.extensions.advice`."""
        return extensions.advice(self, extension)

    def rename_superuser(self, name: str) -> None:
        """Give the superuser and his database another name; connections to other databases keep their rights."""
        from psycopg import sql

        if name == self.superuser:
            return
        helper = sql.Identifier("auditor_helper")  # nobody can rename or drop the user of his own session
        with self.connect() as connection:
            connection.execute(sql.SQL("create role {} superuser login").format(helper))
        with self.connect("template1", "auditor_helper") as connection:
            for kind in ("role", "database"):
                renaming = sql.SQL("alter {} {} rename to {}")
                former, new = sql.Identifier(self.superuser), sql.Identifier(name)
                connection.execute(renaming.format(sql.SQL(kind), former, new))
        self.superuser = name
        with self.connect() as connection:
            connection.execute(sql.SQL("drop role {}").format(helper))

    def stop(self) -> None:
        """End the server and remove everything of it; may be called again."""
        _end_supervisor(self._supervisor)
        # Only if the supervisor itself was killed is there anything left.
        shutil.rmtree(self.directory, ignore_errors=True)


@contextlib.contextmanager
def libpq_environment_cleared() -> Iterator[None]:
    """Hide the PG* variables from every connection that this process makes in the block.

    For connections that are not made with :meth:`ThrowAwayServer.conninfo`: `PGHOSTADDR`, `PGOPTIONS` and their
    like would lead them elsewhere. https://www.postgresql.org/docs/current/libpq-envars.html
    """
    hidden = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith("PG")}
    try:
        yield
    finally:
        os.environ.update(hidden)


def cache_directories() -> list[Path]:
    """Where templates and copied binaries are kept between runs: the first is written, all are read.

    `AUDITOR_CACHE_DIR`, and nothing else if it is set. Otherwise the platform's place, `$XDG_CACHE_HOME/auditor`
    or `~/.cache/auditor` (https://specifications.freedesktop.org/basedir-spec/latest/) and on macOS
    `~/Library/Caches/auditor`, then `/var/cache/auditor`, which root fills, for instance while an image is built.
    """
    if chosen := os.environ.get("AUDITOR_CACHE_DIR"):
        return [Path(chosen).absolute()]
    shared = Path("/var/cache/auditor")
    home = os.environ.get("HOME")
    if chosen := os.environ.get("XDG_CACHE_HOME"):
        own = Path(chosen).absolute() / "auditor"
    elif home and os.geteuid() != 0:
        own = Path(home, "Library/Caches" if sys.platform == "darwin" else ".cache", "auditor")
    else:
        # No other account can enter root's home.
        own = shared
    return list(dict.fromkeys([own, shared]))


# Private

_MEMORY = "/dev/shm"  # noqa: S108 - as above
_MEMORY_NEEDED = 1 << 30  # bytes free; a replay takes some tens of megabytes


def _request(installation: Installation, settings: Mapping[str, str]) -> dict[str, Any]:
    """What the supervisor is asked for; see there."""
    options = _SETTINGS | (_SETTINGS_18 if installation.major >= 18 else {}) | dict(settings)
    size = (installation.bindir / "postgres").stat().st_size
    build = hashlib.sha256(f"{installation.version}\n{size}".encode()).hexdigest()[:8]
    return {
        "parent": os.getpid(),
        "bindir": str(installation.bindir),
        "trees": [str(tree) for tree in installation.trees],
        # Without the path, so that each new virtual environment does not leave a template of its own.
        "key": f"{installation.provider}-{installation.version_num}-{build}",
        "account": _account(),
        "caches": [str(cache) for cache in cache_directories()],
        "temporary": _temporary_directories(),
        "options": options,
    }


def _temporary_directories() -> list[str]:
    """Where the server's files may be, best first.

    In memory a start takes a tenth of the time; but a container often has no more than 64 MB there, and who sets
    TMPDIR has a reason.
    """
    places = [tempfile.gettempdir(), "/tmp", "/var/tmp"]  # noqa: S108 - the supervisor makes a private folder there
    if not {"TMPDIR", "TEMP", "TMP"} & os.environ.keys():
        with contextlib.suppress(OSError):
            memory = os.statvfs(_MEMORY)
            if memory.f_bavail * memory.f_frsize >= _MEMORY_NEEDED:
                places.insert(0, _MEMORY)
    return list(dict.fromkeys(places))


def _account() -> tuple[int, int] | None:
    """The account for the PostgreSQL programs, which refuse to run as root; None for our own."""
    import pwd

    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return entry.pw_uid, entry.pw_gid
    raise CouldNotCheck(
        "PostgreSQL refuses to run as root, and there is no account `postgres` or `nobody`: run as another user"
    )


def _start_supervisor(request: dict[str, Any]) -> subprocess.Popen[bytes]:
    program = Path(__file__).with_name("supervisor.py")
    return subprocess.Popen(
        [sys.executable, "-I", "-S", str(program), json.dumps(request)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        # A Ctrl-C at the terminal is for us; the supervisor leaves when we do.
        start_new_session=True,
    )


def _await_ready(supervisor: subprocess.Popen[bytes], installation: Installation) -> Path:
    """The working directory, once the server accepts connections; the supervisor sets the time limits."""
    assert supervisor.stdout is not None  # noqa: S101 - for the type checker
    line = supervisor.stdout.readline()
    try:
        answer = json.loads(line)
    except ValueError:
        said = (line + supervisor.stdout.read()).decode(errors="replace").split("\n")
        answer = {"error": "; ".join(filter(None, said)) or "its supervisor was killed"}
    if "error" in answer:
        name = f"PostgreSQL {installation.major} of {installation.bindir}"
        raise CouldNotCheck(f"the throw-away {name} did not start: {answer['error']}")
    return Path(answer["directory"])


def _end_supervisor(supervisor: subprocess.Popen[bytes]) -> None:
    for pipe in (supervisor.stdin, supervisor.stdout):
        if pipe is not None:
            pipe.close()
    supervisor.wait()


def _quoted(value: str) -> str:
    """https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-KEYWORD-VALUE"""
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
