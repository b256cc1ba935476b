"""The tables of languages name kinds that the grammars have; texts of SQL with holes; comments that allow."""

import pytest

from auditor.source.comments import allowance_in
from auditor.source.extract import extract
from auditor.source.languages import BY_SUFFIX, LANGUAGES, Language
from auditor.source.sql_text import HOLE, read_sql
from auditor.source.statements import inline_allowances
from auditor.source.syntax import find_kinds, parse
from auditor.sql.grammar import scan

TABLES = (
    "readers",
    "bindings",
    "imports",
    "calls",
    "links",
    "texts",
    "functions",
    "statements",
    "comments",
    "prose",
)


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda one: one.name)
def test_every_kind_is_one_of_the_grammar(language: Language) -> None:
    """A rule with a kind that does not exist raises; with a misspelt pattern it would find nothing in silence."""
    root = parse("x", language.grammar)
    for table in (*TABLES, "classes"):
        for kind in getattr(language, table):
            find_kinds(root, (kind,))


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (["INSERT INTO jobs (a) VALUES (?, ?)"], ["write insert jobs"]),
        (["INSERT INTO jobs (a) VALUES ", 1], ["write insert jobs"]),
        (["UPDATE jobs SET ", 1, " WHERE id = :id"], ["write update jobs"]),
        (["SELECT * FROM jobs ", 1, " ORDER BY a ", 2], ["read select jobs"]),
        (["SELECT * FROM jobs WHERE"], ["read select jobs"]),
        (["DELETE FROM ", 1, " WHERE a = 1"], [f"write delete {HOLE}1"]),
        (["{? = call claim(?)}"], ["call call claim"]),
        (["JOIN jobs j ON j.id = x.id"], ["read select jobs"]),
        (["DO $$ BEGIN INSERT INTO jobs VALUES (1); END $$"], ["write insert jobs"]),
        (["SELECT data ? 'a' FROM jobs"], ["read select jobs"]),
        (["ALTER TABLE jobs DISABLE TRIGGER ALL"], ["write alter table jobs"]),
        (["DROP TABLE other.jobs"], ["write drop table other.jobs"]),
        (["WITH jobs AS (SELECT 1) SELECT * FROM jobs"], []),
        (["EXPLAIN SELECT * FROM jobs"], ["read select jobs"]),
        (["INSERT INTO jobs (a) VALUES (1) ON DUPLICATE KEY UPDATE a = 2"], ["write insert jobs"]),
        (["WITH RECURSIVE due AS (SELECT 1 FROM jobs) SELECT * FROM due WHERE ] = 1"], ["read select jobs"]),
        (["SELECT '{", 1, "}'::jsonb FROM jobs"], ["read select jobs"]),
    ],
)
def test_sql_with_holes(parts: list[str | int], expected: list[str]) -> None:
    found = read_sql(parts).accesses
    assert [
        f"{a.action} {a.verb} {a.name.schema + '.' if a.name.schema else ''}{a.name.name}" for a in found
    ] == expected


def test_the_scanner_hands_on_braces() -> None:
    assert [token.kind for token in scan("{a}")] == ["ASCII_123", "IDENT", "ASCII_125"]


@pytest.mark.parametrize("text", ["(" * 5000, "a.b(" * 3000, "`${" * 2000, "\ufeff", "", "\U0001f600 from('x')"])
@pytest.mark.parametrize("suffix", [".ts", ".py", ".go", ".rb", ".java", ".cs", ".php", ".rs", ".kt"])
def test_odd_texts_raise_nothing(text: str, suffix: str) -> None:
    extract(text, BY_SUFFIX[suffix], f"a{suffix}")


@pytest.mark.parametrize(
    ("comment", "expected"),
    [
        ("// auditor: allow GRD001 it is a test", ("GRD001", "it is a test")),
        ("-- auditor: allow FUN002: because", ("FUN002", "because")),
        ("# auditor: allow GRD005", ("GRD005", "")),
        ("/* auditor: allow GRD001 why not */", ("GRD001", "why not")),
        ("// auditor: allow", ("", "")),
        ("// the auditor: allow nothing", None),
        ("// auditors allow GRD001 x", None),
    ],
)
def test_comments_that_allow(comment: str, expected: tuple[str, str] | None) -> None:
    found = allowance_in(comment, 1, 1, (1, 1))
    assert (None if found is None else (found.code, found.reason)) == expected


def test_what_a_comment_in_source_is_about() -> None:
    text = """\
// auditor: allow GRD001 the statement behind
await supabase
  .from('a').insert({});
await supabase.from('b').insert({}); // auditor: allow GRD001 its line
"""
    found = extract(text, BY_SUFFIX[".ts"], "a.ts").allowances
    assert [(one.line, one.lines) for one in found] == [(1, (2, 3)), (4, (4, 4))]


def test_what_a_comment_in_sql_is_about() -> None:
    text = "-- auditor: allow AAA001 behind\nSELECT 1,\n 2;\nSELECT 3; -- auditor: allow AAA001 its line\n"
    found = list(inline_allowances(text, [(2, 3), (4, 4)]))
    assert [one.lines for one in found] == [(2, 3), (4, 4)]
    assert list(inline_allowances("SELECT '-- auditor: allow AAA001 in a text';", [(1, 1)])) == []
