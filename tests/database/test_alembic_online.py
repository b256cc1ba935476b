"""Revisions run against a database: what they execute is captured, also what a database alone can tell."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg
import pytest

from auditor.migrations.cache import Cache
from auditor.migrations.discovery import Source, read_migrations
from auditor.migrations.formats.alembic.online import RevisionFailed, capture_revision, run_revision

Connect = Callable[..., psycopg.Connection[Any]]

HEAD = """\
import sqlalchemy as sa
from alembic import op

revision = "{id}"
down_revision = {down!r}


def upgrade():
"""


@pytest.fixture
def url(database: str) -> str:
    parts = psycopg.conninfo.conninfo_to_dict(database)
    return f"postgresql+psycopg://{parts['user']}@/{parts['dbname']}?host={parts['host']}"


@pytest.fixture
def versions(tmp_path: Path) -> Path:
    directory = tmp_path / "db" / "versions"
    directory.mkdir(parents=True)
    (tmp_path / "db" / "env.py").write_text("raise SystemExit('env.py must not run')\n")
    return directory


def write(versions: Path, name: str, down: str | None, *lines: str) -> None:
    body = "".join(f"    {line}\n" for line in lines)
    (versions / f"{name}.py").write_text(HEAD.format(id=name, down=down) + body)


def test_a_backfill_that_reads_rows(versions: Path, url: str, connect: Connect) -> None:
    connect().execute("CREATE TABLE t (id int, note text); INSERT INTO t VALUES (1, 'it''s 100%'), (2, NULL)")
    write(
        versions,
        "b",
        None,
        "connection = op.get_bind()",
        'for row in connection.execute(sa.text("SELECT id, note FROM t ORDER BY id")).all():',
        '    op.execute(sa.text("UPDATE t SET note = :n WHERE id = :i").bindparams(n=f"{row.note}!", i=row.id))',
        'table = sa.table("t", sa.column("id"), sa.column("note"))',
        'op.bulk_insert(table, [{"id": 3, "note": "x"}, {"id": 4, "note": "y"}])',
        "op.execute(\"SELECT '100%'; SELECT 2\")",
    )
    root = versions.parent.parent
    captured = capture_revision(root / "db", url, "b", root)
    assert [(s.text, s.line) for s in captured] == [
        ("SELECT id, note FROM t ORDER BY id", 10),
        ("UPDATE t SET note = 'it''s 100%!'::VARCHAR WHERE id = 1::INTEGER", 11),
        ("UPDATE t SET note = 'None!'::VARCHAR WHERE id = 2::INTEGER", 11),
        ("INSERT INTO t (id, note) VALUES (3, 'x')", 13),
        ("INSERT INTO t (id, note) VALUES (4, 'y')", 13),
        ("SELECT '100%'", 14),
        ("SELECT 2", 14),
    ]
    rows = connect().execute("SELECT note FROM t ORDER BY id").fetchall()
    assert rows == [("it's 100%!",), ("None!",), ("x",), ("y",)]
    tables = connect().execute("SELECT count(*) FROM pg_class WHERE relname = 'alembic_version'").fetchone()
    assert tables == (0,), "the version table is not touched"


def test_what_is_left_out_and_what_is_not(versions: Path, url: str, connect: Connect) -> None:
    """Looking things up in the catalog is no statement of the revision; leaving its transaction is."""
    write(
        versions,
        "a",
        None,
        'if not sa.inspect(op.get_bind()).has_table("t"):',
        '    op.create_table("t", sa.Column("a", sa.Enum("x", name="mood")))',
        "with op.get_context().autocommit_block():",
        '    op.create_index("i", "t", ["a"], postgresql_concurrently=True)',
        'with op.batch_alter_table("t") as batch_op:',
        '    batch_op.add_column(sa.Column("b", sa.Integer()))',
    )
    texts = run_revision(versions.parent, url, "a")
    assert [" ".join(text.split()) for text in texts] == [
        "CREATE TYPE mood AS ENUM ('x')",
        "CREATE TABLE t ( a mood )",
        "COMMIT",
        "CREATE INDEX CONCURRENTLY i ON t (a)",
        "BEGIN",
        "ALTER TABLE t ADD COLUMN b INTEGER",
    ]
    assert connect().execute("SELECT indisvalid FROM pg_index WHERE indexrelid = 'i'::regclass").fetchone() == (
        True,
    )


def test_only_the_revision_asked_for_runs(versions: Path, url: str, connect: Connect) -> None:
    write(versions, "a", None, 'op.execute("CREATE TABLE a ()")')
    write(versions, "b", "a", 'op.execute("CREATE TABLE b ()")')
    assert run_revision(versions / "b.py", url, "b@its/folder") == ["CREATE TABLE b ()"]
    assert connect().execute("SELECT to_regclass('a'), to_regclass('b')").fetchone() == (None, "b")


def test_a_failure(versions: Path, url: str, connect: Connect) -> None:
    write(
        versions, "a", None, 'op.execute("CREATE TABLE a ()")', "", 'op.execute("INSERT INTO nowhere VALUES (1)")'
    )
    with pytest.raises(RevisionFailed) as failed:
        run_revision(versions.parent, url, "a")
    assert failed.value.reason == 'relation "nowhere" does not exist'
    assert failed.value.sqlstate == "42P01"
    assert failed.value.line == 11
    assert [s.text for s in failed.value.statements] == ["CREATE TABLE a ()", "INSERT INTO nowhere VALUES (1)"]
    assert connect().execute("SELECT to_regclass('a')").fetchone() == (None,), "rolled back"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("raise ValueError('no')", "ValueError: no"),
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("import os; os._exit(4)", "the process ended with exit code 4"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "the process was ended by SIGSEGV"),
        ("import time; time.sleep(60)", "the process was silent for 5 s"),
    ],
)
def test_a_revision_that_misbehaves(versions: Path, url: str, body: str, reason: str) -> None:
    write(versions, "a", None, body)
    with pytest.raises(RevisionFailed) as failed:
        run_revision(versions.parent, url, "a", seconds=5 if "sleep" in body else 60)
    assert failed.value.reason == reason


def test_a_revision_that_is_not_there(versions: Path, url: str) -> None:
    write(versions, "a", None, "pass")
    with pytest.raises(RevisionFailed, match="no revision zz"):
        run_revision(versions.parent, url, "zz")
    with pytest.raises(RevisionFailed, match="no Alembic environment"):
        run_revision(versions.parent.parent / "elsewhere", url, "a")


def test_a_password_is_nowhere(versions: Path, url: str) -> None:
    write(versions, "a", None, "pass")
    with pytest.raises(RevisionFailed) as failed:
        run_revision(versions.parent, "postgresql+psycopg://u:s3cret@127.0.0.1:1/none", "a")
    assert "s3cret" not in str(failed.value)


def test_rendered_and_run_are_the_same_statements(url: str, server: Any, connect: Connect) -> None:
    """Every readable revision of a real history, rendered without a database, is what it executes on one."""
    spec = find_spec("mlflow")
    assert spec is not None
    assert spec.origin is not None
    root = Path(spec.origin).parent / "server" / "auth" / "db"
    compared = 0
    for migration in read_migrations(root, [Source("migrations")], Cache()).migrations:
        executed = run_revision(root / "migrations", url, migration.id)
        if migration.unreadable is None:
            assert sorted(executed) == sorted(statement.text for statement in migration.statements)
            compared += len(executed)
    assert compared > 10
