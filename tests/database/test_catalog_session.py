"""The read-only session: what it may do, and what is said when the server does not play along."""

from __future__ import annotations

import socket
import string
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import psycopg
import pytest

from auditor import __version__
from auditor.catalog import session
from auditor.catalog.reader import read_snapshot
from auditor.catalog.session import read_only_session
from auditor.errors import CouldNotCheck
from auditor.replay.server import ThrowAwayServer, throw_away_server

Connect = Callable[..., psycopg.Connection[Any]]

PASSWORD = "S3cr3t " + string.punctuation + "%41 é"


def setting(connection: psycopg.Connection[Any], name: str) -> str:
    row = connection.execute("select current_setting($1)", [name]).fetchone()
    assert row is not None
    return str(row[0])


def test_one_read_only_transaction(database: str, connect: Connect) -> None:
    with read_only_session(
        database, statement_timeout_ms=1234, lock_timeout_ms=234, idle_timeout_ms=3456
    ) as found:
        expected = {
            "transaction_isolation": "repeatable read",
            "transaction_read_only": "on",
            "statement_timeout": "1234ms",
            "lock_timeout": "234ms",
            "idle_in_transaction_session_timeout": "3456ms",
            "search_path": "",
            "application_name": f"auditor/{__version__}",
            "client_encoding": "UTF8",
        }
        assert {name: setting(found, name) for name in expected} == expected
        before = read_snapshot(found)
        connect().execute("create table public.late ()")
        assert read_snapshot(found) == before
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction), found.transaction():
            found.execute("create table public.own ()")
    assert found.closed
    with read_only_session(database) as found:
        assert "table public.late" in map(str, read_snapshot(found).objects)


def test_nothing_is_locked_but_for_reading(database: str, connect: Connect) -> None:
    connect().execute(
        "create table t (a int check (a > 0)); create view v as select a from t; create index on t (a)"
    )
    with read_only_session(database) as found:
        read_snapshot(found)
        held = connect().execute("select distinct mode from pg_locks where pid = %s", [found.info.backend_pid])
        assert {mode for (mode,) in held} <= {"AccessShareLock", "ExclusiveLock"}
        # The one exclusive lock is that of every transaction on itself.
        relations = connect().execute(
            "select 1 from pg_locks where pid = %s and locktype <> 'virtualxid' and mode <> 'AccessShareLock'",
            [found.info.backend_pid],
        )
        assert relations.fetchall() == []


@pytest.mark.parametrize(
    ("url", "said"),
    [
        (
            "postgresql://u:S3cr3t@127.0.0.1:1/d",
            "cannot connect to database d on 127.0.0.1:1 as user u: Connection refused",
        ),
        (
            "postgresql://u:S3cr3t@%2Fnowhere/d",
            "cannot connect to database d on /nowhere:5432 as user u: No such file or directory",
        ),
    ],
)
def test_no_server(url: str, said: str) -> None:
    with pytest.raises(CouldNotCheck) as raised, read_only_session(url):
        pass
    assert str(raised.value) == f"{said} (check host and port, and that the server runs)"
    assert raised.value.exit_code == 3
    assert_nowhere("S3cr3t", raised.value)


def test_no_such_database_and_user(server: ThrowAwayServer) -> None:
    with pytest.raises(CouldNotCheck, match=r'"nothing" does not exist \(check the name of the database\)'):
        read(server.conninfo("nothing"))
    with pytest.raises(CouldNotCheck, match=r'"nobody_here" does not exist \(check the name of the user\)'):
        read(server.conninfo("postgres", "nobody_here"))


def test_something_else_listens() -> None:
    with listener(b"HTTP/1.1 400 Bad Request\r\n\r\n") as port, pytest.raises(CouldNotCheck) as raised:
        read(f"postgresql://u:{quote(PASSWORD, safe='')}@127.0.0.1:{port}/d?sslmode=disable")
    assert str(raised.value).startswith(f"cannot connect to database d on 127.0.0.1:{port} as user u: ")
    assert_nowhere("S3cr3t", raised.value)


def test_a_server_that_repeats_the_password_is_redacted() -> None:
    """Not PostgreSQL's way, but a pooler's or proxy's message is anybody's."""
    text = f"no way: {PASSWORD} / {quote(PASSWORD, safe='')}"
    fields = b"SFATAL\0" + b"C28P01\0" + b"M" + text.encode() + b"\0\0"
    with (
        listener(b"E" + (len(fields) + 4).to_bytes(4, "big") + fields) as port,
        pytest.raises(CouldNotCheck) as raised,
    ):
        read(f"postgresql://u:{quote(PASSWORD, safe='')}@127.0.0.1:{port}/d?sslmode=disable")
    assert str(raised.value) == (
        f"cannot connect to database d on 127.0.0.1:{port} as user u: no way: *** / *** (check the connection URL)"
    )
    assert_nowhere("S3cr3t", raised.value)


def test_a_silent_server_is_not_waited_for() -> None:
    with (
        listener(None) as port,
        pytest.raises(CouldNotCheck, match=r"timeout expired \(check host, port and firewall"),
    ):
        read(f"postgresql://u@127.0.0.1:{port}/d?connect_timeout=2")


def test_too_old_a_server(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "OLDEST_MAJOR", 99)
    with pytest.raises(CouldNotCheck, match=r"runs PostgreSQL 1[5-9]; 99 is the oldest that can be read"):
        read(database)


def test_the_server_goes_away(database: str, connect: Connect) -> None:
    def read_from_nowhere() -> None:
        with read_only_session(database) as found:
            connect().execute("select pg_terminate_backend(%s, 5000)", [found.info.backend_pid])
            read_snapshot(found)

    with pytest.raises(CouldNotCheck) as raised:
        read_from_nowhere()
    assert str(raised.value).startswith("the server went away while database ")
    assert str(raised.value).endswith("(run it again)")
    assert "\n" not in str(raised.value)


def test_the_server_is_killed_during_a_snapshot() -> None:
    """One query of the snapshot waits for a lock; meanwhile the whole server ends."""
    with throw_away_server() as own:
        with own.connect() as other:
            other.execute("create table public.t (a int default 1)")
        blocker = psycopg.connect(own.conninfo())
        blocker.execute("lock table pg_catalog.pg_policy in access exclusive mode")
        stopper = threading.Timer(0.5, own.stop)

        def read_until_the_end() -> None:
            with read_only_session(own.conninfo()) as found:
                stopper.start()
                read_snapshot(found)

        with pytest.raises(CouldNotCheck, match="the server went away"):
            read_until_the_end()
        stopper.join()
        blocker.close()


def test_a_statement_takes_too_long(database: str) -> None:
    with pytest.raises(CouldNotCheck, match=r"statement timeout \(a statement took longer than it may"):  # noqa: SIM117
        with read_only_session(database, statement_timeout_ms=50) as found:
            found.execute("select pg_sleep(5)")


def test_a_migration_holds_a_lock(database: str, connect: Connect) -> None:
    connect().execute("create table t (a int); create view v as select a from t")
    migration = connect(autocommit=False)
    migration.execute("lock table v in access exclusive mode")
    with pytest.raises(CouldNotCheck, match=r"lock timeout .*a migration is running; run it again"):  # noqa: SIM117
        with read_only_session(database, lock_timeout_ms=50) as found:
            read_snapshot(found)


@pytest.mark.parametrize("dropped", ["view v", "function f()", "table t cascade"])
def test_what_is_dropped_meanwhile_is_no_difference(database: str, connect: Connect, dropped: str) -> None:
    """Rows come from one snapshot, but the functions that print a definition look at the catalog of now."""
    connect().execute("create table t (a int primary key); create view v as select a from t")
    connect().execute("create function f() returns int language sql as 'select 1'")

    def read_meanwhile() -> None:
        with read_only_session(database) as found:
            found.execute("select")
            connect().execute(f"drop {dropped}")
            read_snapshot(found)

    with pytest.raises(CouldNotCheck, match=r"the catalog .*; run it again"):
        read_meanwhile()


def test_other_errors_pass_through(database: str) -> None:
    with pytest.raises(KeyError), read_only_session(database):
        raise KeyError("mine")


@pytest.fixture(scope="module")
def guarded() -> Iterator[ThrowAwayServer]:
    """A server that asks the role `keyed` for a password."""
    with throw_away_server() as server:
        with server.connect() as connection:
            connection.execute("set password_encryption = 'scram-sha-256'")
            connection.execute(
                psycopg.sql.SQL("create role keyed login password {}").format(psycopg.sql.Literal(PASSWORD))
            )
            row = connection.execute("show hba_file").fetchone()
            assert row is not None
            rules = Path(row[0])
            rules.write_text("local all keyed scram-sha-256\n" + rules.read_text())
            connection.execute("select pg_reload_conf()")
        yield server


def url(server: ThrowAwayServer, password: str, driver: str = "") -> str:
    parameters = psycopg.conninfo.conninfo_to_dict(server.conninfo())
    host = quote(str(parameters["host"]), safe="")
    return f"postgresql{driver}://keyed:{password}@{host}:{parameters.get('port', 5432)}/postgres"


@pytest.mark.parametrize("driver", ["", "+psycopg", "+asyncpg"])
def test_any_password_opens(guarded: ThrowAwayServer, driver: str) -> None:
    with read_only_session(url(guarded, quote(PASSWORD, safe=""), driver)) as found:
        assert found.info.user == "keyed"


def test_a_wrong_password_is_nowhere(guarded: ThrowAwayServer) -> None:
    wrong = PASSWORD + "Wr0ng"
    for spelled in (url(guarded, quote(wrong, safe="")), url(guarded, quote(wrong), "+psycopg")):
        with pytest.raises(CouldNotCheck) as raised:
            read(spelled)
        assert "as user keyed" in str(raised.value)
        assert "password authentication failed" in str(raised.value)
        assert "(check user and password: the URL, PGPASSWORD, ~/.pgpass)" in str(raised.value)
        assert "\n" not in str(raised.value)
        assert_nowhere(wrong, raised.value)
        assert_nowhere("S3cr3t", raised.value)


def test_a_password_from_the_environment_is_nowhere(
    guarded: ThrowAwayServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPASSWORD", "fr0m-env")
    with pytest.raises(CouldNotCheck) as raised:
        read(url(guarded, "").replace(":@", "@"))
    assert_nowhere("fr0m-env", raised.value)


def read(target: str) -> None:
    with read_only_session(target):
        pass


def assert_nowhere(secret: str, error: BaseException) -> None:
    """The secret is in no text of the error, of what it was raised from, and of what was handled meanwhile."""
    spelled = {secret, quote(secret), quote(secret, safe=""), quote_plus(secret)}
    chain: list[BaseException] = []
    todo: list[BaseException | None] = [error]
    while todo:
        if (link := todo.pop()) is not None and link not in chain:
            chain.append(link)
            todo += [link.__cause__, link.__context__]
    texts = [text for link in chain for text in (str(link), repr(link), repr(link.args), repr(vars(link)))]
    texts += traceback.format_exception(error, chain=True)
    for text in texts:
        assert not [one for one in spelled if one in text]


@contextmanager
def listener(answer: bytes | None) -> Iterator[int]:
    """A port on which something answers so to whatever it is sent, or not at all."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(10)
        held: list[socket.socket] = []

        def serve() -> None:
            with suppress(TimeoutError):
                client, _ = server.accept()
                held.append(client)
                client.recv(1024)
                if answer is not None:
                    client.sendall(answer)
                    client.close()

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield int(server.getsockname()[1])
        finally:
            thread.join()
            for client in held:
                client.close()
