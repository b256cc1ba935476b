"""What tests of commands may ask for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from psycopg import sql

from auditor.errors import CouldNotCheck
from auditor.replay.binaries import Installation
from auditor.replay.server import ThrowAwayServer, throw_away_server

SUPERUSER = "auditor_superuser"


@pytest.fixture(scope="session")
def replay_server() -> Iterator[ThrowAwayServer]:
    """A server for the replays of many commands."""
    try:
        with throw_away_server(superuser=SUPERUSER) as running:
            yield running
    except CouldNotCheck as error:
        pytest.fail(str(error), pytrace=False)


@pytest.fixture
def one_replay_server(replay_server: ThrowAwayServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Replays of this process run in one server, as empty each time as a new one: half a second less for each."""

    @contextmanager
    def lent(installation: Installation, *, superuser: str) -> Iterator[ThrowAwayServer]:
        if installation != replay_server.installation or superuser != SUPERUSER:
            with throw_away_server(installation, superuser=superuser) as own:
                yield own
            return
        before = names(replay_server)
        try:
            yield replay_server
        finally:
            clean(replay_server, before)

    monkeypatch.setattr("auditor.audits.parts.replaying.throw_away_server", lent)


def names(server: ThrowAwayServer) -> tuple[set[str], set[str]]:
    with server.connect() as connection:
        databases = connection.execute("select datname from pg_database").fetchall()
        roles = connection.execute("select rolname from pg_roles").fetchall()
    return {name for (name,) in databases}, {name for (name,) in roles}


def clean(server: ThrowAwayServer, before: tuple[set[str], set[str]]) -> None:
    databases, roles = (now - then for now, then in zip(names(server), before, strict=True))
    with server.connect() as connection:
        for name in databases:
            connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))
        for name in roles:
            connection.execute(sql.SQL("drop owned by {} cascade").format(sql.Identifier(name)))
        for name in roles:
            connection.execute(sql.SQL("drop role {}").format(sql.Identifier(name)))
