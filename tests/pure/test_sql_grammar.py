"""PostgreSQL's grammar behind its guards: what is refused, where statements lie, what errors say."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.sql import SqlSyntaxError, UnreadableSql
from auditor.sql.grammar import MAX_FILE_BYTES, MAX_STATEMENT_BYTES, parse, parse_plpgsql, scan, split


def pieces(text: str) -> list[str]:
    data = text.encode()
    return [data[start:end].decode() for start, end in split(text)]


def test_positions_are_bytes() -> None:
    statements = parse("SELECT 'é'; SELECT 1")
    assert [(one.get("stmt_location", 0), one.get("stmt_len", 0)) for one in statements] == [(0, 11), (13, 0)]


def test_syntax_error_says_what_and_where() -> None:
    with pytest.raises(SqlSyntaxError) as raised:
        parse("SELECT 'é' FROM t WHERE x y")
    assert raised.value.message == 'syntax error at or near "y"'
    assert raised.value.position == len("SELECT 'é' FROM t WHERE x ".encode())


@pytest.mark.parametrize(
    ("text", "message", "position"),
    [
        ("SELECT 1\0; DROP TABLE x", "a NUL byte in the text", 8),
        ("SELECT '\ud800'", "not valid Unicode: surrogates not allowed", 8),
        (
            "SELECT '" + "x" * MAX_STATEMENT_BYTES + "'",
            f"{MAX_STATEMENT_BYTES + 9} bytes at once: no more than {MAX_STATEMENT_BYTES} are read",
            None,
        ),
        ("SELECT " + "1+" * 200_000 + "1", "more than 20000 operators in one chain", 40_008),
        ("SELECT 1" + " UNION ALL SELECT 1, 2" * 30_000, "more than 20000 operators in one chain", None),
        ("SELECT " + "(" * 900 + "1" + ")" * 900 + "+ 1" * 900, "nested too deeply to be read", None),
    ],
)
def test_refused_before_it_can_do_harm(text: str, message: str, position: int | None) -> None:
    with pytest.raises(UnreadableSql) as raised:
        parse(text)
    assert raised.value.message == message
    if position is not None:
        assert raised.value.position == position


def test_long_lists_are_not_deep() -> None:
    rows = ", ".join(f"({number} + 1, 'a' || 'b')" for number in range(10_500))
    assert len(parse(f"INSERT INTO t VALUES {rows}")) == 1


def test_byte_order_mark_leaves_positions_as_they_are() -> None:
    assert split("\ufeffSELECT 1") == [(3, 11)]
    assert parse("\ufeffSELECT 1")[0]["stmt_location"] == 3


def test_scan_tells_comments_and_keywords() -> None:
    tokens = scan("SELECT é -- no\n/* yes */")
    assert [(token.kind, token.start, token.end, token.keyword) for token in tokens] == [
        ("SELECT", 0, 6, True),
        ("IDENT", 7, 9, False),
        ("SQL_COMMENT", 10, 15, False),
        ("C_COMMENT", 16, 25, False),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("-- c\n/* d */ select 1; ; ;\n-- e\n;select 2 -- x\n; select 3", ["select 1", "select 2", "select 3"]),
        ("x y z; select 1", ["x y z", "select 1"]),  # libpg_query's splitter drops the first
        ("select 1)); select 2", ["select 1))", "select 2"]),
        ("select (1; select 2", ["select (1; select 2"]),
        ("select 'a;b', \"a;b\", $$a;b$$", ["select 'a;b', \"a;b\", $$a;b$$"]),
        (
            "create rule r as on insert to t do also (insert into a values (1); delete from b); select 1",
            ["create rule r as on insert to t do also (insert into a values (1); delete from b)", "select 1"],
        ),
        (
            "create or replace function f() begin atomic select case when a then 1 end; end; begin; end",
            [
                "create or replace function f() begin atomic select case when a then 1 end; end",
                "begin",
                "end",
            ],
        ),
        ("create procedure p() begin atomic; end; commit", ["create procedure p() begin atomic; end", "commit"]),
        ("select 1; select 'never ends; select 2", ["select 1", "select 'never ends; select 2"]),
        ("select 1; 'never ends", ["select 1", "'never ends"]),
        ("select 1abc; select 2", ["select 1abc", "select 2"]),
        ("select 'é'; select 1é; é; select 'ü", ["select 'é'", "select 1é", "é", "select 'ü"]),
        ("", []),
        (" -- only\n", []),
    ],
)
def test_split(text: str, expected: list[str]) -> None:
    assert pieces(text) == expected


@given(
    st.lists(st.sampled_from(["select", "1", "(", ")", "'a;'", "$$;$$", ";", "begin", "end", "é", "--x\n", "x"]))
)
def test_split_loses_nothing(words: list[str]) -> None:
    text = " ".join(words)
    data = text.encode()
    kept = [(token.start, token.end) for token in scan(text) if token.kind not in ("SQL_COMMENT", "ASCII_59")]
    ranges = split(text)
    assert all(any(start <= one and end >= two for start, end in ranges) for one, two in kept)
    assert all(start < end <= len(data) for start, end in ranges)
    assert all(before[1] <= after[0] for before, after in pairwise(ranges))


def test_split_refuses_what_is_too_long() -> None:
    with pytest.raises(UnreadableSql, match="bytes at once"):
        split("x" * (MAX_FILE_BYTES + 1))


@pytest.mark.parametrize(
    "text",
    [
        # Each of these ends the process when it reaches the PL/pgSQL parser.
        "CREATE FUNCTION f(a int) RETURNS int LANGUAGE plpgsql",
        "CREATE FUNCTION f(a int) RETURNS int LANGUAGE plpgsql BEGIN ATOMIC SELECT a; END",
        "CREATE FUNCTION f(a int) RETURNS int LANGUAGE plpgsql RETURN a",
        # And these have no PL/pgSQL body.
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "DO LANGUAGE plperl 'x'",
        "SELECT 1",
        "SELECT 1; SELECT 2",
    ],
)
def test_no_body_for_the_plpgsql_parser(text: str) -> None:
    assert parse_plpgsql(text) is None


@pytest.mark.parametrize("language", ["plpgsql", "PLPGSQL", '"plpgsql"'])
def test_plpgsql_of_a_trigger_function(language: str) -> None:
    functions = parse_plpgsql(
        f"CREATE FUNCTION f() RETURNS trigger LANGUAGE {language} AS 'BEGIN RETURN NEW; END'"
    )
    assert functions is not None
    assert "PLpgSQL_function" in functions[0]


def test_plpgsql_error() -> None:
    with pytest.raises(SqlSyntaxError) as raised:
        parse_plpgsql("DO $$ BEGIN IF; END $$")
    assert raised.value.message == 'missing "THEN" at end of SQL expression'
    assert raised.value.position is None


def test_plpgsql_refuses_an_enormous_body() -> None:
    with pytest.raises(UnreadableSql, match="operators in one body"):
        parse_plpgsql("DO $$ BEGIN x := " + "1+" * 200_000 + "1; END $$")
