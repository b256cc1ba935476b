"""The second parser: what counts as typed, and what it says about data statements."""

from __future__ import annotations

import pytest

from auditor.model.change import Name
from auditor.sql.sqlglot_adapter import MAX_BYTES, Shape, accesses_of, shape_of


@pytest.mark.parametrize(
    "text",
    [
        "SAVEPOINT s",  # read as a column with an alias
        "LISTEN x",
        "DISCARD ALL",
        "CHECKPOINT",
        "CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT a; SELECT 1; END",  # taken apart
        "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN END $$",  # a Command
        "CREATE POLICY p ON t",
        "DROP FUNCTION f, g",  # raises
        "SELECT " + "(" * 2000 + "1" + ")" * 2000,
        "SELECT '" + "x" * MAX_BYTES + "'",
        "",
    ],
)
def test_not_typed(text: str) -> None:
    assert shape_of(text) is None
    assert accesses_of(text) is None


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("CREATE TABLE App.t (a int)", Shape("create", "table", Name("t", "app"))),
        ('CREATE INDEX "I" ON t (a)', Shape("create", "index", Name("I"))),
        ("CREATE INDEX ON t (a)", Shape("create", "index")),
        ("CREATE SCHEMA app", Shape("create", "schema", Name("app"))),
        ("DROP VIEW IF EXISTS app.v, w", Shape("drop", "view", Name("v", "app"))),
        ("ALTER TABLE t ADD COLUMN a int", Shape("alter", "table", Name("t"))),
        ("COMMENT ON COLUMN app.t.c IS 'x'", Shape("comment", "column", Name("c", "t"))),
        ("REVOKE EXECUTE ON FUNCTION app.f(int) FROM r", Shape("revoke", "function", Name("f", "app"))),
        ("INSERT INTO t VALUES (1)", Shape("insert", "table", Name("t"))),
        ("SELECT 1 UNION SELECT 2", Shape("select")),
        ("BEGIN", Shape("begin")),
    ],
)
def test_shape(text: str, shape: Shape) -> None:
    assert shape_of(text) == shape


def test_names_are_clipped_as_postgresql_clips_them() -> None:
    shape = shape_of(f"CREATE TABLE {'t' * 70} (a int)")
    assert shape is not None
    assert shape.name == Name("t" * 63)


def test_gives_up_in_silence(capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> None:
    assert shape_of("CREATE POLICY quiet ON t") is None
    assert capfd.readouterr() == ("", "")
    assert caplog.records == []


def test_data_is_no_literal() -> None:
    rows = ", ".join(f"({number}, 'same', '{'x' * 201}')" for number in range(101))
    accesses = accesses_of(f"INSERT INTO t (a, b, c) VALUES {rows}")
    assert accesses is not None
    assert accesses[0].literals == (("b", "same"),)
