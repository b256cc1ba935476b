"""A database of the reference system for each test: migrated once, then copied."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest
from reference_system import ROOT, ReferenceDatabase

from auditor.replay.server import ThrowAwayServer

sys.path.insert(0, str(ROOT))  # for `services`, which is no part of the distribution


@pytest.fixture(scope="session")
def reference_template(server: ThrowAwayServer) -> Iterator[str]:
    """Name of a database at head, to copy."""
    name = server.create_database()
    ReferenceDatabase(server.conninfo(name)).upgrade()
    yield name
    server.drop_database(name)


@pytest.fixture
def reference_database(server: ThrowAwayServer, reference_template: str) -> Iterator[ReferenceDatabase]:
    """A fresh database at head."""
    name = server.create_database(template=reference_template)
    database = ReferenceDatabase(server.conninfo(name))
    with database.open:
        yield database
    server.drop_database(name)


@pytest.fixture
def unmigrated_database(server: ThrowAwayServer, database_name: str) -> Iterator[ReferenceDatabase]:
    """A fresh database before the first revision."""
    database = ReferenceDatabase(server.conninfo(database_name))
    with database.open:
        yield database
