"""Both parsers on a history that others wrote, and on the project's own: they see the same, all of it."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest

from auditor.migrations.cache import Cache
from auditor.migrations.discovery import Source, read_migrations
from auditor.migrations.effects import changes_of, disagreement
from auditor.model.change import Rows, Unknown
from auditor.sql import grammar

ROOT = Path(__file__).parent.parent.parent


def procrastinate_statements() -> list[str]:
    folder = files("procrastinate") / "sql" / "migrations"
    found = []
    for path in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if path.name.endswith(".sql"):
            data = path.read_bytes()
            found += [data[start:end].decode() for start, end in grammar.split(data.decode())]
    return found


def own_statements() -> list[str]:
    found = read_migrations(ROOT, [Source("migrations")], Cache())
    return [statement.text for migration in found.migrations for statement in migration.statements]


@pytest.fixture(params=[procrastinate_statements, own_statements], ids=["procrastinate", "reference"])
def statements(request: pytest.FixtureRequest) -> list[str]:
    found: list[str] = request.param()
    assert len(found) > 100
    return found


def test_the_parsers_agree(statements: list[str]) -> None:
    said = {text: what for text in statements if (what := disagreement(text)) is not None}
    assert said == {}


def test_nothing_is_unread(statements: list[str]) -> None:
    unknown = {
        text: change.detail for text in statements for change in changes_of(text) if isinstance(change, Unknown)
    }
    assert unknown == {}


def test_sqlglot_confirms_nearly_every_reading_of_rows(statements: list[str]) -> None:
    readings = [
        change.parser
        for text in statements
        for change in changes_of(text)
        if isinstance(change, Rows) and change.access.verb in ("select", "insert", "update", "delete", "merge")
    ]
    assert readings.count("sqlglot") > 0.9 * len(readings) > 20
