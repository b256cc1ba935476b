"""What every test may ask for: a throw-away PostgreSQL, one for each worker, and an empty database on it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from auditor.errors import CouldNotCheck
from auditor.replay.server import ThrowAwayServer, throw_away_server


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--pg-major`: which of the installed PostgreSQL versions the database tests run on."""
    parser.addoption(
        "--pg-major",
        type=int,
        default=os.environ.get("AUDITOR_TEST_PG_MAJOR"),
        help="major version of PostgreSQL to test on (default: AUDITOR_TEST_PG_MAJOR, else what `choose` finds)",
    )


def pytest_configure(config: pytest.Config) -> None:
    """What the program remembers between runs goes to a directory of the test session's own."""
    if "PYTEST_XDIST_WORKER" not in os.environ:  # workers take over the environment
        directory = tempfile.TemporaryDirectory(prefix="auditor-cache-", ignore_cleanup_errors=True)
        os.environ["XDG_CACHE_HOME"] = directory.name
        config.add_cleanup(directory.cleanup)


@pytest.fixture(scope="session")
def server(pytestconfig: pytest.Config) -> Iterator[ThrowAwayServer]:
    """A running server. Roles are shared by all its databases: give them names of the test's own."""
    try:
        with throw_away_server(major=pytestconfig.getoption("pg_major")) as running:
            yield running
    except CouldNotCheck as error:
        pytest.fail(str(error), pytrace=False)


@pytest.fixture
def database_name(server: ThrowAwayServer) -> Iterator[str]:
    """The name of an empty database, dropped after the test."""
    name = server.create_database()
    yield name
    server.drop_database(name)


@pytest.fixture
def database(server: ThrowAwayServer, database_name: str) -> str:
    """How the superuser connects to an empty database, as a libpq connection string."""
    return server.conninfo(database_name)


@pytest.fixture
def connect(database: str) -> Iterator[Callable[..., psycopg.Connection[Any]]]:
    """A function that connects, by default to `database`, in autocommit mode; closed after the test."""
    opened: list[psycopg.Connection[Any]] = []

    def connect(
        conninfo: str = database, *, autocommit: bool = True, **parameters: Any
    ) -> psycopg.Connection[Any]:
        connection = psycopg.connect(conninfo, autocommit=autocommit, **parameters)
        opened.append(connection)
        return connection

    yield connect
    for connection in opened:
        connection.close()


@pytest.fixture(autouse=True)
def no_squawk(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """Only the tests about squawk run it: its rules are not those of the other tests."""
    if request.node.get_closest_marker("squawk") is None:
        monkeypatch.setattr("auditor.audits.parts.squawk.find_squawk", lambda: None)
