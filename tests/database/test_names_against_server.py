"""The rules of auditor.sql.names and expressions, against the server that made them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from auditor.migrations.effects import changes_of
from auditor.model.change import AddConstraint, CreateIndex, CreateView, TypeName
from auditor.sql.builtin import BUILTIN_FUNCTIONS, BUILTIN_RELATIONS
from auditor.sql.names import QUOTED_KEYWORDS, format_type, normalise_identity, quote_identifier

Connect = Callable[..., psycopg.Connection[Any]]

NEWER_KEYWORDS = {"json", "system_user", "merge_action"}  # joined the list of quoted ones after 15


def test_quote_identifier(connect: Connect) -> None:
    connection = connect()
    names = [row[0] for row in connection.execute("SELECT word FROM pg_get_keywords()")]
    names += ["plain", "_x", "Mixed", "1x", "a$b", "a b", 'a"b', "é", "ß1", ""]
    quoted = dict(connection.execute("SELECT n, quote_ident(n) FROM unnest(%s::text[]) n", [names]).fetchall())
    major = connection.info.server_version // 10000
    different = {name for name in names if quote_identifier(name) != quoted[name]}
    newer = NEWER_KEYWORDS if major < 18 else set()
    assert {name for name in different if not (major < 18 and name.startswith("json"))} <= newer
    if major >= 18:
        reserved = connection.execute("SELECT word FROM pg_get_keywords() WHERE catcode <> 'U'")
        assert {row[0] for row in reserved} == QUOTED_KEYWORDS


def test_format_type(connect: Connect) -> None:
    connection = connect()
    major = connection.info.server_version // 10000
    rows = connection.execute(
        """SELECT typname, o.identity FROM pg_type t, pg_identify_object('pg_type'::regclass, t.oid, 0) o
            WHERE typnamespace = 'pg_catalog'::regnamespace AND typtype <> 'c' AND typname !~ '^_pg_'"""
    ).fetchall()
    assert len(rows) > 150
    different = {
        name: identity for name, identity in rows if format_type(TypeName(name), pg_major=major) != identity
    }
    assert different == {}


def test_normalise_identity(connect: Connect) -> None:
    connection = connect()
    connection.execute('CREATE SCHEMA app CREATE TABLE "T" (a int)')
    connection.execute("CREATE TYPE app.status AS ENUM ('a')")
    arguments = 'int, varchar(3), app.status[], timestamptz, float(3), "char", char(5), decimal(3, 1), app."T"'
    connection.execute(f"CREATE FUNCTION app.f({arguments}) RETURNS int LANGUAGE sql RETURN 1")
    (identity,) = connection.execute(
        """SELECT o.identity FROM pg_proc p, pg_identify_object('pg_proc'::regclass, p.oid, 0) o
            WHERE proname = 'f' AND pronamespace = 'app'::regnamespace"""
    ).fetchone() or ("",)
    assert normalise_identity("function", f"App.F({arguments})") == identity


def test_builtin_names(connect: Connect) -> None:
    connection = connect()
    relations = connection.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = 'pg_catalog'::regnamespace AND relkind IN ('r', 'v')"
    )
    assert {row[0] for row in relations} <= BUILTIN_RELATIONS
    called = ["now", "count", "lower", "gen_random_uuid", "jsonb_build_object", "nextval", "set_config", "unnest"]
    assert set(called) <= BUILTIN_FUNCTIONS


INDEXED = [
    "a, lower(b)", "(c || d)", "(e::text)", "(coalesce(f, g))", "app.h(i)", "(extract(year from j))", "((k))",
    "(CASE WHEN l THEN m ELSE n END)", "(CASE WHEN l THEN 1 END)", "(ARRAY[o])", "(p[1])", "((q).r)",
    "nullif(s, t)",
    "(u + 1), (u + 2), (u + 3)", "(v COLLATE \"C\")", "(w::numeric(3, 1)::int)", "(greatest(x, y))", "a, (a), (1)",
    "(date_trunc('day', z AT TIME ZONE 'UTC'))", "(b IS NULL)", "lower(b), upper(b), lower(v)",
]  # fmt: skip


@pytest.mark.parametrize("elements", INDEXED)
def test_names_of_expressions(connect: Connect, elements: str) -> None:
    connection = connect()
    connection.execute("CREATE SCHEMA app")
    connection.execute("CREATE TYPE comp AS (r int)")
    connection.execute("CREATE FUNCTION app.h(int) RETURNS int LANGUAGE sql IMMUTABLE RETURN $1")
    connection.execute(
        """CREATE TABLE t (a int, b text, c text, d text, e text, f int, g int, i int, j date, k int, l bool,
                           m int, n int, o int, p int[], q comp, s int, t int, u int, v text, w numeric, x int,
                           y int, z timestamptz)"""
    )
    statement = f"CREATE INDEX ON t ({elements})"
    (change,) = changes_of(statement)
    assert isinstance(change, CreateIndex)
    expected = [element.column or element.expression_name for element in change.elements]
    connection.execute(statement)
    names = connection.execute(
        """SELECT array_agg(attname::text ORDER BY attnum) FROM pg_attribute
            WHERE attrelid = (SELECT indexrelid FROM pg_index WHERE indrelid = 't'::regclass)"""
    ).fetchone()
    assert names is not None
    # The server tells equal names apart by a number.
    assert [name if name in expected else name.rstrip("0123456789") for name in names[0]] == expected


@pytest.mark.parametrize(
    "check", ["a > 0", "a > 0 AND t.a < 9", "a > b", "true", "length(c) < 3", "a IN (1, 2) OR coalesce(a, 1) = 1"]
)
def test_columns_of_checks(connect: Connect, check: str) -> None:
    connection = connect()
    connection.execute("CREATE TABLE t (a int, b int, c text)")
    (change,) = changes_of(f"ALTER TABLE t ADD CHECK ({check})")
    assert isinstance(change, AddConstraint)
    connection.execute(f"ALTER TABLE t ADD CHECK ({check})")
    columns = connection.execute(
        """SELECT coalesce(array_agg(attname::text), '{}') FROM pg_constraint c
             LEFT JOIN pg_attribute a ON attrelid = conrelid AND attnum = ANY (conkey) WHERE contype = 'c'"""
    ).fetchone()
    assert columns is not None
    assert sorted(change.constraint.columns) == sorted(name for name in columns[0] if name)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT a, b AS c, lower(d), 1 AS n, count(*) OVER (), d::text, t.a + 1 AS s FROM t",
        "SELECT (SELECT max(a) FROM t), EXISTS (SELECT 1), ARRAY(SELECT 1), ARRAY[1] AS arr FROM t",
        "SELECT CASE WHEN a > 1 THEN b ELSE a END, CASE WHEN a > 1 THEN 1 END AS k, coalesce(a, b) FROM t",
        "SELECT current_date, localtime, current_user, nullif(a, b), greatest(a, b), least(b, a) AS l FROM t",
        "VALUES (1, 'a'), (2, 'b')",
        "SELECT a FROM t UNION SELECT b FROM t",
    ],
)
def test_names_of_output_columns(connect: Connect, query: str) -> None:
    connection = connect()
    connection.execute("CREATE TABLE t (a int, b int, d text)")
    (change,) = changes_of(f"CREATE VIEW v AS {query}")
    assert isinstance(change, CreateView)
    connection.execute(f"CREATE VIEW v AS {query}")
    names = connection.execute(
        "SELECT array_agg(attname::text ORDER BY attnum) FROM pg_attribute WHERE attrelid = 'v'::regclass"
    ).fetchone()
    assert names is not None
    assert list(change.columns or ()) == names[0]
