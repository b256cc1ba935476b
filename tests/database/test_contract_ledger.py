"""The ledger of a live database, read by a role that may or may not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from auditor.contract.ledger import applied_migrations
from auditor.migrations import MigrationSet
from auditor.migrations.discovery import Found
from auditor.migrations.formats import FORMATS
from auditor.model import Migration

Connect = Callable[..., psycopg.Connection[Any]]


@pytest.fixture
def branches(tmp_path: Path) -> MigrationSet:
    """1 - 2 - 4, and 3 beside 2."""
    migrations = []
    for revision, down in {"1": None, "2": "1", "3": "1", "4": "2"}.items():
        (tmp_path / f"{revision}.py").write_text(f"revision = {revision!r}\ndown_revision = {down!r}\n")
        migrations.append(Migration(revision, f"{revision}.py", "alembic", ()))
    return MigrationSet(tmp_path, tuple(migrations), (), (found("alembic"),))


def found(layout: str) -> Found:
    return Found(Path(), next(one for one in FORMATS if one.name == layout))


def test_the_ancestors_of_alembics_heads_are_applied(connect: Connect, branches: MigrationSet) -> None:
    with connect(autocommit=False) as connection:
        assert applied_migrations(connection, branches) is None

        connection.execute("create schema other; create table other.alembic_version (version_num text)")
        connection.execute("insert into other.alembic_version values ('1')")
        assert applied_migrations(connection, branches) == {"1"}

        connection.execute("create table alembic_version (version_num text)")
        assert applied_migrations(connection, branches) == frozenset()

        connection.execute("insert into alembic_version values ('3'), ('2'), ('of another branch')")
        assert applied_migrations(connection, branches) == {"1", "2", "3", "of another branch"}
        connection.rollback()


def test_a_ledger_that_may_not_be_read_is_not_known(
    connect: Connect, branches: MigrationSet, database_name: str
) -> None:
    role = f"{database_name}_nobody"
    with connect(autocommit=False) as connection:
        connection.execute(f"create table alembic_version (version_num text); create role {role}")
        connection.execute(f"set local role {role}")

        assert applied_migrations(connection, branches) is None
        connection.rollback()


def test_a_folder_of_sql_files_has_no_ledger(connect: Connect, tmp_path: Path) -> None:
    with connect() as connection:
        assert applied_migrations(connection, MigrationSet(tmp_path, (), (), (found("sql"),))) is None


@pytest.mark.parametrize(
    ("layout", "table", "values", "applied"),
    [
        ("golang-migrate", "schema_migrations (version bigint, dirty bool)", "(2, false)", {"1", "2"}),
        ("dbmate", "schema_migrations (version varchar)", "('1'), ('3')", {"1", "3"}),
        ("drizzle", "__drizzle_migrations (id int, hash text, created_at bigint)", "(1, 'sha of 3', 0)", {"3"}),
        ("dbmate", "schema_migrations (filename text)", "('1')", None),
    ],
)
def test_ledgers_that_say_it_in_their_own_way(
    connect: Connect, tmp_path: Path, layout: str, table: str, values: str, applied: set[str] | None
) -> None:
    migrations = tuple(Migration(n, f"{n}.sql", layout, (), checksum=f"sha of {n}") for n in "123")
    history = MigrationSet(tmp_path, migrations, (), (found(layout),))
    with connect(autocommit=False) as connection:
        if layout == "drizzle":
            connection.execute("create schema drizzle; set local search_path = drizzle")
        connection.execute(f"create table {table}; insert into {table.partition(' ')[0]} values {values}")
        assert applied_migrations(connection, history) == applied
        connection.rollback()
