"""Sequences of statements made up at random leave behind, by the fold's account, what PostgreSQL says they do.

A statement that PostgreSQL refuses is left out of the sequence. Everything happens in one transaction, which is
rolled back. `AUDITOR_TEST_EXAMPLES` sets how many sequences are tried.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_fold_against_server import LISTING, folded

from auditor.history.fold import fold
from auditor.migrations.read import read_migration
from auditor.migrations.statements import split_statements
from auditor.model import Migration
from auditor.replay.agreement import agree
from auditor.replay.runner import discard, replay
from auditor.replay.server import ThrowAwayServer

EXAMPLES = int(os.environ.get("AUDITOR_TEST_EXAMPLES", "150"))
Grammar = dict[str, list[str]]
_PART = re.compile(r"<([a-z ]+)>")


def read_grammar(text: str) -> Grammar:
    """Forms of each part, those with a number repeated so often."""
    grammar: Grammar = {}
    part = ""
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        if not line.startswith(" "):
            part = line
            grammar[part] = []
            continue
        form = re.fullmatch(r" {4}(?:(\d+) )?(.*)", line)
        assert form is not None, line
        grammar[part] += [form[2] if form[2] != "-" else ""] * int(form[1] or 1)
    return grammar


GRAMMAR = read_grammar((Path(__file__).parent / "test_fold_generated.grammar").read_text())


def expand(part: str, choose: Callable[[int], int]) -> str:
    """A text for one part; `choose(n)` decides between `n` forms."""
    forms = GRAMMAR[part]
    return fill(forms[choose(len(forms))], choose)


def fill(form: str, choose: Callable[[int], int]) -> str:
    """A form with texts for the parts that it names."""

    def replace(match: re.Match[str]) -> str:
        text = expand(match[1], choose)
        return f"{text} " if text and match[1] in {"ine", "ie", "or replace"} else text

    return _PART.sub(replace, form).rstrip()


@st.composite
def sequences(draw: st.DrawFn) -> list[str]:
    """Some of the statements that set the stage, in the order of the grammar, then any."""

    def choose(count: int) -> int:
        return draw(st.integers(0, count - 1))

    first = draw(st.sets(st.sampled_from(range(len(GRAMMAR["setup"]))), min_size=1, max_size=12))
    statements = [fill(GRAMMAR["setup"][index], choose) for index in sorted(first)]
    return statements + [expand("statement", choose) for _ in range(draw(st.integers(0, 14)))]


def accepted(connection: psycopg.Connection, statements: list[str]) -> list[str]:
    """Run what PostgreSQL does not refuse, in the transaction that is open; say which that was."""
    connection.execute("savepoint start")  # so that a transaction is open, in which the others are nested
    done = []
    for statement in statements:
        try:
            with connection.transaction():
                connection.execute(statement.encode())
        except psycopg.Error:
            continue
        done.append(statement)
    return done


def objects_of(connection: psycopg.Connection) -> set[tuple[str, str]]:
    return set(connection.execute(LISTING).fetchall())


def difference(connection: psycopg.Connection, statements: list[str]) -> tuple[list[str], list[str], list[str]]:
    """The statements that ran, and what the fold lacks and has too much; all is undone."""
    try:
        done = accepted(connection, statements)
        expected = {f"{kind} {identity}" for kind, identity in objects_of(connection)}
    finally:
        connection.rollback()
    history = folded(";\n".join(done), connection.info.server_version // 10000)
    if any(effect.action == "unknown" for effect in history.effects):
        return done, [], []
    actual = {str(item) for item, life in history.lives.items() if life.exists and item.kind != "role"}
    return done, sorted(expected - actual), sorted(actual - expected)


@pytest.fixture(scope="module")
def session(server: ThrowAwayServer) -> Iterator[psycopg.Connection]:
    """A connection that never commits."""
    name = server.create_database()
    with psycopg.connect(server.conninfo(name)) as connection:
        connection.execute("set client_min_messages = error")
        connection.commit()
        yield connection
        connection.rollback()
    server.drop_database(name)


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize="AUDITOR_TEST_EXAMPLES" not in os.environ,
    suppress_health_check=list(HealthCheck),
)
@given(statements=sequences())
def test_same_objects_as_postgresql(statements: list[str], session: psycopg.Connection) -> None:
    done, missing, surplus = difference(session, statements)
    assert not missing, "\n".join(done)
    assert not surplus, "\n".join(done)


@settings(
    max_examples=max(EXAMPLES // 20, 1),
    deadline=None,
    derandomize="AUDITOR_TEST_EXAMPLES" not in os.environ,
    suppress_health_check=list(HealthCheck),
)
@given(statements=sequences())
def test_every_statement_as_recorded(
    statements: list[str], session: psycopg.Connection, server: ThrowAwayServer
) -> None:
    """Each statement is a migration of its own: what it did is what the fold says it did."""
    # What is temporary, and the search path, end with the session of a migration.
    wanted = [text for text in statements if "TEMP" not in text and "search_path" not in text]
    try:
        done = accepted(session, wanted)
    finally:
        session.rollback()
    migrations = [
        Migration(f"{number:03}", f"{number:03}.sql", "sql", tuple(split_statements(text, f"{number:03}.sql")))
        for number, text in enumerate(done)
    ]
    replayed = replay(migrations, server, as_owner=False)
    try:
        assert replayed.error is None
        reads = [read_migration(migration) for migration in migrations]
        agreement = agree(fold(reads, pg_major=server.installation.major), replayed)
        assert not agreement.of("missed", "wrong"), "\n".join(done)
    finally:
        discard(replayed, server)
