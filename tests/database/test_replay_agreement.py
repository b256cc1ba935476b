"""Histories that others wrote: PostgreSQL records nothing that the reading does not say, nor the reverse."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from dataclasses import replace as replaced
from pathlib import Path

import pytest

from auditor.history.fold import History, fold
from auditor.migrations.read import read_migration
from auditor.migrations.statements import split_statements
from auditor.model import Migration, ObjectId
from auditor.replay.agreement import agree
from auditor.replay.runner import Replay, discard, replay
from auditor.replay.server import ThrowAwayServer

STRUCTURAL = {"create", "drop", "rename", "replace"}


def folder(package: str, *parts: str) -> list[Migration]:
    """The .sql files of an installed package, one migration each, by name."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        pytest.skip(f"{package} is not installed")
    files = sorted(Path(spec.origin).parent.joinpath(*parts).glob("*.sql"))
    assert files
    return [
        Migration(file.stem, file.name, "sql", tuple(split_statements(file.read_text(), file.name)))
        for file in files
    ]


def reading(migrations: list[Migration], server: ThrowAwayServer) -> History:
    reads = [read_migration(migration) for migration in migrations]
    return fold(reads, pg_major=server.installation.major)


@pytest.fixture(scope="module")
def procrastinate(server: ThrowAwayServer) -> Iterator[tuple[History, Replay]]:
    migrations = folder("procrastinate", "sql", "migrations")
    replayed = replay(migrations, server)
    yield reading(migrations, server), replayed
    discard(replayed, server)


def test_procrastinate(procrastinate: tuple[History, Replay]) -> None:
    history, replayed = procrastinate
    assert replayed.error is None
    assert len(replayed.steps) >= 38
    agreement = agree(history, replayed)
    assert agreement.of("missed", "wrong", "in-unknown") == []
    assert agreement.totals["matched"] > 100
    assert agreement.end is not None
    assert {verdict.outcome for verdict in agreement.end} == {"matched"}


def test_what_is_left_out_of_the_reading_is_missed(procrastinate: tuple[History, Replay]) -> None:
    """Leaving out any one structural effect is noticed, unless what hangs on it or a condition accounts for it."""
    history, replayed = procrastinate
    accounted_for = 0
    left_out = [
        (index, effect)
        for index, effect in enumerate(history.effects)
        if effect.action in STRUCTURAL and effect.inside is None and not effect.no_op
    ]
    for index, effect in left_out[::3]:
        effects = history.effects[:index] + history.effects[index + 1 :]
        agreement = agree(replaced(history, effects=effects), replayed)
        if not agreement.of("missed", "wrong"):
            accounted_for += 1
            # Dropped along with its table, or by an IF EXISTS that another one repeats or that found nothing.
            assert effect.action == "drop"
            assert effect.implied or effect.certainty == "conditional"
    assert accounted_for < len(left_out[::3]) / 4


def test_what_is_added_to_the_reading_is_wrong(procrastinate: tuple[History, Replay]) -> None:
    history, replayed = procrastinate
    for migration in history.migrations[::5]:
        like = next(effect for effect in history.effects if effect.migration == migration.id)
        invented = replaced(
            like,
            action="create",
            object=ObjectId("table", "public.invented"),
            certainty="certain",
            to=None,
            inside=None,
            no_op=False,
        )
        at = history.effects.index(like)
        effects = (*history.effects[:at], invented, *history.effects[at:])
        agreement = agree(replaced(history, effects=effects), replayed)
        wrong = [(verdict.migration, verdict.object.identity) for verdict in agreement.of("wrong")]
        assert wrong == [(migration.id, "public.invented")]


def test_a_statement_that_is_not_understood(server: ThrowAwayServer) -> None:
    text = (
        "create table t (a int);\n"
        "create function make(name text) returns void language plpgsql as"
        " $f$ begin execute 'create table ' || name || ' (b int)'; end $f$;\n"
        "select make(x || relname) from unnest(array['one', 'two']) x, pg_class"
        " where relname = 't' and reltuples < 9;"
    )
    migration = Migration("1", "1.sql", "sql", tuple(split_statements(text, "1.sql")))
    replayed = replay([migration], server)
    agreement = agree(reading([migration], server), replayed)
    discard(replayed, server)
    assert agreement.of("missed", "wrong") == []
    in_unknown = {
        str(verdict.object) for verdict in agreement.migrations[0].verdicts if verdict.outcome == "in-unknown"
    }
    assert in_unknown == {
        "table public.onet",
        "table public.twot",
        "table column public.onet.b",
        "table column public.twot.b",
    }
