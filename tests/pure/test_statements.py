"""Splitting scripts: PostgreSQL's lexical rules, psql's commands, COPY data, placeholders, and broken text."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.migrations.statements import UnreadableText, decode, split_statements
from auditor.model import Statement
from auditor.sql import grammar

CASES = Path(__file__).parent.parent / "cases"


def texts(script: str, **options: object) -> list[str]:
    return [statement.text for statement in split_statements(script, "f.sql", **options)]  # type: ignore[arg-type]


def problems(script: str) -> list[str | None]:
    return [statement.problem for statement in split_statements(script, "f.sql")]


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("", []),
        (" \n;; -- nothing\n/* at all */;", []),
        ("select 1", ["select 1"]),
        ("select 1;select 2;", ["select 1", "select 2"]),
        ("-- a; b\nselect /* ; */ 1 -- c;\n;", ["select /* ; */ 1"]),
        ("/* a /* nested; */ ; */ select 1;", ["select 1"]),
        ("select ';', \";\", E'\\';', $$;$$, $a$ $$ ; $a$;", ["select ';', \";\", E'\\';', $$;$$, $a$ $$ ; $a$"]),
        ("select 'it''s;' ; select 2", ["select 'it''s;'", "select 2"]),
        ("select E'a'\n'\\';' ; select 2", ["select E'a'\n'\\';'", "select 2"]),
        ("select foo$1$ ; select $1$", ["select foo$1$", "select $1$"]),
        ("select table'x\\'; select 2", ["select table'x\\'", "select 2"]),
        (
            "create rule r as on insert to t do (select 1; select 2); x",
            ["create rule r as on insert to t do (select 1; select 2)", "x"],
        ),
        (
            "create function f() returns int begin atomic select case when a then 1 end; select 2; end; select 3",
            [
                "create function f() returns int begin atomic select case when a then 1 end; select 2; end",
                "select 3",
            ],
        ),
        ("begin; select 1; end; select 2", ["begin", "select 1", "end", "select 2"]),
        ("foo; bar baz; select 1", ["foo", "bar baz", "select 1"]),
        ("sélect 'ü'; select 2", ["sélect 'ü'", "select 2"]),
    ],
)
def test_where_statements_end(script: str, expected: list[str]) -> None:
    assert texts(script) == expected
    assert texts(script) == [script.encode()[start:end].decode() for start, end in grammar.split(script)], (
        "PostgreSQL's own scanner splits it otherwise"
    )


@pytest.mark.parametrize(
    ("script", "expected", "broken"),
    [
        ("create table t (a int;\nselect 2;", ["create table t (a int", "select 2"], []),
        ("select 'a;\nselect 2;\nselect 3;", ["select 'a", "select 2", "select 3"], [0]),
        ('select "a; -- b\nselect 2;', ['select "a', "select 2"], [0]),
        ("select 1; select $$ a; b;\nselect 3;", ["select 1", "select $$ a; b;\nselect 3;"], [1]),
        ("select 1; /* a; b;\nselect 3;", ["select 1", "/* a; b;\nselect 3;"], [1]),
        ("create function f() begin atomic x;\nselect 2;", ["create function f() begin atomic x", "select 2"], []),
    ],
)  # fmt: skip
def test_one_broken_statement_leaves_the_others(script: str, expected: list[str], broken: list[int]) -> None:
    found = split_statements(script, "f.sql")
    assert [statement.text for statement in found] == expected
    assert [number for number, statement in enumerate(found) if statement.problem] == broken


@pytest.mark.parametrize(
    "hostile",
    [
        "(;" * 40_000, "'" * 99_999, "$$" + "a;" * 50_000, "/*" * 50_000, "{{" * 50_000,
        "copy t from stdin;" * 5_000, "\\" * 50_000, ":a" * 50_000, '"a;\n' * 20_000,
        "create function f() begin atomic ;" * 2_000,
    ],
)  # fmt: skip
def test_time_grows_with_the_text_only(hostile: str) -> None:
    begin = time.process_time()
    found = split_statements(hostile, "f.sql")
    assert found
    assert time.process_time() - begin < 5


def test_places() -> None:
    script = "-- ü\r\n  select 'ä';\r\n\r\n\tselect\r\n 2 ; select 3"
    found = split_statements(script, "f.sql")
    assert [(s.line, s.column) for s in found] == [(2, 3), (4, 2), (5, 6)]
    assert [script.encode()[s.start : s.end].decode() for s in found] == [s.text for s in found]
    assert found[1].text == "select\r\n 2", "line ends are kept: a function's body is stored with them"


@pytest.mark.parametrize(
    ("data", "line"), [("select 'ü';\nselect 2".encode(), 2), ("select 'ü';\nselect 2".encode("latin-1"), 2)]
)
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_byte_ranges_are_of_the_file(data: bytes, line: int, mark: bytes) -> None:
    source = decode(mark + data)
    first, second = split_statements(source, "f.sql")
    assert second.line == line
    for statement in (first, second):
        assert (mark + data)[statement.start : statement.end].decode(source.encoding) == statement.text
    assert first.text == "select 'ü'"


def test_what_is_no_text_is_refused() -> None:
    with pytest.raises(UnreadableText, match="NUL byte") as refused:
        decode(b"select 1;\nselect \0 2; drop table t;")
    assert refused.value.line == 2
    with pytest.raises(UnreadableText, match="UTF-16"):
        decode("select 1".encode("utf-16"))
    complaint = decode(b"select 1;\nselect '\xe9'")
    assert (complaint.encoding, complaint.complaint_line) == ("latin-1", 2)


def test_copy_data_is_no_sql() -> None:
    script = "COPY t (a) FROM stdin WITH (FORMAT text);\n1\tit's; drop table x;\n\\N\n\\.\nselect 2;"
    first, second = split_statements(script, "f.sql")
    assert first.text == "COPY t (a) FROM stdin WITH (FORMAT text)"
    assert first.data == "1\tit's; drop table x;\n\\N\n"
    assert (second.text, second.line) == ("select 2", 5)
    assert split_statements(script.replace("\n", "\r\n"), "f.sql")[1].line == 5


def test_copy_without_data_hides_nothing() -> None:
    first, second = split_statements("copy t from stdin;\ndrop table x;", "f.sql")
    assert "does not end" in (first.problem or "")
    assert second.text == "drop table x"


def test_psql_commands() -> None:
    script = "\\restrict abc\n\\echo it's\nselect 1;\n\\i other.sql\n\\connect db\n\\d+ t\n"
    script += "select 2 \\gexec\nselect 3 \\g\n"
    found = split_statements(script, "f.sql")
    assert [(s.text, s.not_sql is not None, s.problem is not None) for s in found] == [
        ("\\restrict abc", True, False),
        ("\\echo it's", True, False),
        ("select 1", False, False),
        ("\\i other.sql", False, True),
        ("\\connect db", False, True),
        ("\\d+ t", True, False),
        ("select 2", False, True),
        ("select 3", False, False),
    ]


def test_psql_variables() -> None:
    script = "\\set s 'my \"schema\"'\n\\set n 42\n\\set u `whoami`\n"
    script += "select :n, :'s', a[1:n], a::text from :\"s\".t;\nselect :m"
    found = split_statements(script, "f.sql")
    assert found[3].text == 'select 42, \'my "schema"\', a[1:n], a::text from "my ""schema""".t'
    assert (found[3].start, found[3].end) == (-1, -1), "the text does not stand so in the file"
    assert "shell" in (found[2].problem or "")
    assert found[4].problem == "the placeholder :m has no value"


def test_placeholders() -> None:
    script = "create table ${s}.t();\nselect ':s', ::s, {{ s }}.f(), :s.g($$ :s $$), :'s', :st;\n"
    script += '/* X */drop table "${q}"'
    assert problems(script) == [
        "the placeholder ${s} has no value",
        "the placeholder {{ s }} has no value",
        "the placeholder ${q} has no value",
    ]
    found = split_statements(script, "f.sql", placeholders={"s": "a_b", "/* X */": "select 1;", "${q}": "Q"})
    assert [s.text for s in found] == [
        "create table a_b.t()",
        "select 'a_b', ::s, a_b.f(), a_b.g($$ a_b $$), 'a_b', :st",
        'drop table "Q"',
    ]
    assert [s.problem for s in found] == [None, "the placeholder :st has no value", None]
    assert [(s.line, s.column) for s in found] == [(1, 1), (2, 1), (3, 8)]


def test_colons_that_are_no_placeholders() -> None:
    assert problems("select a[1:b], a::int, x := 1, 12:30, json_object('k':v); select a[:n]") == [None, None]


# Generated scripts

_WORD = st.sampled_from(
    ["select", "a", "x1", "é", "begin", "end", "case", "do", "1", "2.5e3", "$1", "||", "->>", "::", ",", "U&"]
)
_OPAQUE = st.one_of(
    st.text(alphabet="a;'\"$\\-/*\n é", max_size=8).map(lambda t: "'" + t.replace("'", "''") + "'"),
    st.text(alphabet="a;'\n", max_size=8).map(lambda t: " E'" + t.replace("'", "\\'") + "\\\\'"),
    st.text(alphabet="a;'\"$ \n", min_size=1, max_size=8).map(lambda t: '"' + t.replace('"', '""') + '"'),
    st.tuples(st.sampled_from(["$$", "$q$", "$_é1$"]), st.text(alphabet="a;'\"\\-/*\n", max_size=8)).map(
        lambda t: f" {t[0]}{t[1]}{t[0]} "
    ),
    st.text(alphabet="a;'\"$ é", max_size=8).map(lambda t: f"--{t}\n"),
    st.text(alphabet="a;'\"$ \n", max_size=8).map(lambda t: f"/*{t}/* {t} */*/"),
    st.lists(st.sampled_from(["a", ";", "'x'", ","]), max_size=5).map(lambda t: "(" + " ".join(t) + ")"),
)  # fmt: skip
_STATEMENT = st.lists(st.one_of(_WORD, _OPAQUE), min_size=1, max_size=8).map(" ".join)


@given(st.lists(_STATEMENT, max_size=6), st.sampled_from(["\n", "\r\n", " "]))
def test_generated_scripts_split_as_the_scanner_does(statements: list[str], between: str) -> None:
    script = f";{between}".join(statements)
    data = script.encode()
    found = split_statements(script, "f.sql")
    assert [(s.start, s.end) for s in found] == grammar.split(script)
    assert all(data[s.start : s.end].decode() == s.text for s in found)
    assert all(s.line == data[: s.start].count(b"\n") + 1 for s in found)


@given(st.text(alphabet="a;'\"$\\:{}()-/*\n\r é[]E1", max_size=60))
def test_nothing_is_lost_whatever_the_text(script: str) -> None:
    found = split_statements(script, "f.sql")
    data = script.encode()
    covered = bytearray(data)
    previous = 0
    for statement in found:
        if statement.start < 0:
            return  # a \set variable was replaced
        assert previous <= statement.start < statement.end
        previous = statement.end
        covered[statement.start : statement.end] = b" " * (statement.end - statement.start)
    rest = bytes(covered).decode()
    # What is left over holds only blanks, semicolons and comments.
    assert not [s for s in split_statements(rest, "f.sql") if not s.text.startswith(("/*", "\\"))]


@given(st.binary(max_size=80))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        source = decode(data)
    except UnreadableText:
        return
    for statement in split_statements(source, "f.sql"):
        if statement.start >= 0:
            assert data[statement.start : statement.end].decode(source.encoding) == statement.text


def test_every_script_of_the_cases_splits_as_the_scanner_does() -> None:
    checked = 0
    for path in sorted(CASES.glob("fold/*.sql")):
        script = path.read_text("utf-8")
        found: list[Statement] = split_statements(script, path.name)
        assert [(s.start, s.end) for s in found] == grammar.split(script), path
        checked += len(found)
    assert checked > 100


def test_speed() -> None:
    script = "CREATE TABLE t (id bigint, name text DEFAULT 'x'); -- comment\nCREATE INDEX ON t (name);\n" * 12_000
    seconds = []
    for _ in range(3):
        begin = time.process_time()
        assert len(split_statements(script, "f.sql")) == 24_000
        seconds.append(time.process_time() - begin)
    assert len(script) / min(seconds) > 1_000_000, "bytes in a second"
