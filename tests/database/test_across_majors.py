"""One schema in two versions of PostgreSQL has no difference; a changed one has exactly that difference.

Runs on the oldest and the newest installed major (and on each between them): one alone leaves nothing to compare.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from itertools import permutations
from pathlib import Path

import psycopg
import pytest

from auditor.catalog.printing import set_printing
from auditor.catalog.reader import read_snapshot
from auditor.catalog.session import read_only_session
from auditor.catalog.spelling import respelled
from auditor.comparison.snapshots import compare
from auditor.model import ObjectId, Snapshot
from auditor.replay.binaries import find_installations
from auditor.replay.server import ThrowAwayServer, throw_away_server

SCHEMA = Path(__file__).with_suffix(".sql")
CHANGES = Path(__file__).with_name("test_across_majors_changes.sql")

MAJORS = sorted({installation.major for installation in find_installations() if installation.major >= 15})

pytestmark = pytest.mark.skipif(
    len(MAJORS) < 2, reason=f"only PostgreSQL {MAJORS} is installed: nothing to compare"
)


@pytest.fixture(scope="module")
def servers() -> Iterator[dict[int, tuple[ThrowAwayServer, str]]]:
    with ExitStack() as stack:
        found = {}
        for major in MAJORS:
            server = stack.enter_context(throw_away_server(major=major))
            name = server.create_database("schema")
            with server.connect(name) as connection:
                connection.execute("set search_path = public")
                connection.execute(SCHEMA.read_text("utf-8").encode())
            found[major] = server, name
        yield found


@pytest.fixture(scope="module")
def snapshots(servers: dict[int, tuple[ThrowAwayServer, str]]) -> dict[int, Snapshot]:
    found = {}
    for major, (server, name) in servers.items():
        with read_only_session(server.conninfo(name)) as connection:
            found[major] = respelled(read_snapshot(connection))
    return found


def test_two_versions_have_the_same(snapshots: dict[int, Snapshot]) -> None:
    for one, other in permutations(MAJORS, 2):
        assert compare(snapshots[one], snapshots[other]) == [], (one, other)
    assert len(snapshots[MAJORS[0]].objects) > 200


def changes() -> Iterator[tuple[str, str]]:
    """The paragraphs of test_across_majors_changes.sql: what differs, and the SQL."""
    for paragraph in CHANGES.read_text("utf-8").split("\n\n")[1:]:
        name, _, sql = paragraph.strip().removeprefix("-- ").partition("\n")
        yield name, sql


@pytest.mark.parametrize(("name", "sql"), list(changes()))
def test_a_change_is_seen_and_a_spelling_is_none(
    servers: dict[int, tuple[ThrowAwayServer, str]], snapshots: dict[int, Snapshot], name: str, sql: str
) -> None:
    for major in MAJORS:
        changed = read_after(servers[major], sql)
        assert changed.objects != snapshots[major].objects  # the server prints every one of them differently
        for other in MAJORS:
            found = [str(one.object) for one in compare(snapshots[other], changed)]
            assert found == ([] if name == "nothing" else [name]), (other, major)


def test_an_older_identity_is_found_by_its_newest_name(servers: dict[int, tuple[ThrowAwayServer, str]]) -> None:
    names = {
        "function": ['public."json"(json,json[])', "public.json(pg_catalog.json,pg_catalog.json[])"],
        "table": ['"json"."json"'],
    }
    for server, name in servers.values():
        with read_only_session(server.conninfo(name)) as connection:
            found = respelled(read_snapshot(connection, names=names))
        assert set(found.objects) == {
            ObjectId("function", 'public."json"(json,json[])'),
            ObjectId("table", '"json"."json"'),
            ObjectId("table column", '"json"."json"."json"'),
        }


def read_after(place: tuple[ThrowAwayServer, str], sql: str) -> Snapshot:
    """What would be there after some statements, which are rolled back."""
    server, name = place
    with psycopg.connect(server.conninfo(name)) as connection:
        connection.execute(sql.encode())
        set_printing(connection)
        snapshot = read_snapshot(connection)
        connection.rollback()
    return respelled(snapshot)
