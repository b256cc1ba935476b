"""Migrations of others, damaged: they are read and folded without an exception, and soon."""

from __future__ import annotations

import importlib.util
import os
import time
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.history.fold import History, fold
from auditor.migrations.read import read_migration
from auditor.migrations.statements import split_statements
from auditor.model import Migration

EXAMPLES = int(os.environ.get("AUDITOR_TEST_EXAMPLES", "60"))
CASES = Path(__file__).parent.parent / "cases" / "fold"


@cache
def texts() -> tuple[str, ...]:
    spec = importlib.util.find_spec("procrastinate")
    if spec is None or spec.origin is None:
        pytest.skip("procrastinate is not installed")
    files = sorted((Path(spec.origin).parent / "sql" / "migrations").glob("*.sql"))
    assert len(files) > 20
    return tuple(file.read_text() for file in (*files, *sorted(CASES.glob("*.sql"))))


def truncate(draw: st.DrawFn, text: str) -> str:
    return text[: draw(st.integers(0, len(text)))]


def delete(draw: st.DrawFn, text: str) -> str:
    at = draw(st.integers(0, len(text)))
    return text[:at] + text[at + draw(st.integers(1, 3)) :]


def swap_lines(draw: st.DrawFn, text: str) -> str:
    lines = text.split("\n")
    one, other = (draw(st.integers(0, len(lines) - 1)) for _ in range(2))
    lines[one], lines[other] = lines[other], lines[one]
    return "\n".join(lines)


def repeat(draw: st.DrawFn, text: str) -> str:
    pieces = text.split(";")
    at = draw(st.integers(0, len(pieces) - 1))
    return ";".join([*pieces[: at + 1], *pieces[at:]])


@st.composite
def histories(draw: st.DrawFn) -> list[str]:
    """A few migrations, in any order, each damaged up to four times."""
    chosen = draw(st.lists(st.sampled_from(range(len(texts()))), min_size=1, max_size=8))
    damaged = []
    for index in chosen:
        text = texts()[index]
        for how in draw(st.lists(st.sampled_from([truncate, delete, swap_lines, repeat]), max_size=4)):
            text = how(draw, text)
        damaged.append(text)
    return damaged


def read_and_fold(files: list[str], pg_major: int) -> History:
    reads = []
    for number, text in enumerate(files):
        name = f"{number}.sql"
        statements = tuple(split_statements(text, name))
        reads.append(read_migration(Migration(name, name, "sql", statements)))
    return fold(reads, pg_major=pg_major)


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(files=histories(), pg_major=st.sampled_from([15, 18]))
def test_damaged_migrations_are_folded(files: list[str], pg_major: int) -> None:
    began = time.process_time()
    history = read_and_fold(files, pg_major)
    assert time.process_time() - began < 5
    for item, life in history.lives.items():
        assert life.object == item
        assert life.effects
    for effect in history.effects:
        assert effect.object is not None or effect.certainty == "unknown"
