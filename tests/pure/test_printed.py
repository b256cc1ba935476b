"""Texts that PostgreSQL printed: which mean the same."""

from __future__ import annotations

import pytest

from auditor.catalog.spelling import respelled_identity, without_late_quotes
from auditor.sql.printed import same_printed_expression, same_printed_query

SAME = [
    ("(s = ANY (ARRAY['a'::text, 'b'::text]))", "((s = 'b'::text) OR (s = 'a'::text))"),
    (
        "((v)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[]))",
        "(((v)::text = 'b'::text) OR ((v)::text = 'a'::text))",
    ),
    ("(s <> ALL (ARRAY['a'::text, 'b'::text]))", "(NOT (s = ANY (ARRAY['b'::text, 'a'::text])))"),
    ("(NOT (n = 3))", "(3 <> n)"),
    ("((n > 1) AND ((b = true) AND (c <> false)))", "(c AND b AND (n > 1))"),
    ("(s = 'a'::text)", "(s = ANY (ARRAY['a'::text]))"),
]

DIFFERENT = [
    ("(s = 'a'::text)", "(s <> 'a'::text)"),
    ("(s = ANY (ARRAY['a'::text, 'b'::text]))", "(s = ALL (ARRAY['a'::text, 'b'::text]))"),
    ("(s = ANY (ARRAY['a'::text, 'b'::text]))", "(s = ANY (ARRAY['a'::text, 'c'::text]))"),
    ("(s = ANY (ARRAY['a'::text, 'b'::text]))", "((s = 'a'::text) AND (s = 'b'::text))"),
    ("((v)::text = 'a'::text)", "((v)::character varying(1) = 'a'::text)"),
    ("(at > '2020-01-01 00:00:00'::timestamp)", "(at > '2020-01-01 00:00:00'::timestamptz)"),
    ("('a'::character varying(1))::text", "'a'::text"),
    ("(n > 1)", "(1 > n)"),
    ("(a OPERATOR(app.=) b)", "(b OPERATOR(app.=) a)"),
    ("(a.x = 1)", "(b.x = 1)"),
    ("((a AND b) OR c)", "(a AND (b OR c))"),
    ("1", "1) FROM t WHERE (2"),
    ("x", "no expression"),
]


@pytest.mark.parametrize(("left", "right"), SAME)
def test_same_expression(left: str, right: str) -> None:
    assert same_printed_expression(left, right)
    assert same_printed_expression(right, left)


@pytest.mark.parametrize(("left", "right"), DIFFERENT)
def test_different_expression(left: str, right: str) -> None:
    assert not same_printed_expression(left, right)
    assert not same_printed_expression(right, left)


def test_queries_of_two_server_versions() -> None:
    old = " SELECT jobs.id,\n    jobs.type\n   FROM app.jobs\n  WHERE (jobs.status = 'queued'::text);"
    new = " SELECT id,\n    type\n   FROM app.jobs\n  WHERE (status = 'queued'::text);"
    assert same_printed_query(old, new)
    assert not same_printed_query(old, new.replace("queued", "done"))
    assert not same_printed_query(old, new.replace("type", "kind"))
    assert not same_printed_query(old, "no query at all")


def test_the_table_in_front_of_a_column_counts_where_both_have_one() -> None:
    query = "SELECT a.id FROM app.jobs a, app.jobs b WHERE (a.id = b.parent)"
    assert not same_printed_query(query, query.replace("a.id F", "b.id F"))
    assert not same_printed_query(query, query.replace("app.jobs b", "app.runs b"))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("public.t.json", 'public.t."json"'),
        ("json", '"json"'),
        ("json.json_table", '"json"."json_table"'),
        ('public."my json".json_x', 'public."my json".json_x'),
        ("public.f(pg_catalog.json,pg_catalog.jsonb,json.t)", 'public.f(json,pg_catalog.jsonb,"json".t)'),
        ("json_value on public.t", '"json_value" on public.t'),
        ('public."json"(json)', 'public."json"(json)'),
    ],
)
def test_identities_of_older_servers(old: str, new: str) -> None:
    assert respelled_identity(old) == new
    assert without_late_quotes(old) == without_late_quotes(new)
