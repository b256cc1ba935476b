"""Names as PostgreSQL prints them; against a real server in tests/database/test_names_against_server.py."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.model.change import TypeName
from auditor.sql import grammar
from auditor.sql.names import (
    clip,
    format_type,
    normalise_identity,
    normalise_kind,
    own_name,
    qualified,
    quote_identifier,
    split_name,
)

IDENTIFIERS = st.text(
    st.characters(blacklist_characters="\0", blacklist_categories=("Cs",)), min_size=1, max_size=40
).filter(lambda name: len(name.encode()) <= 63)


@given(IDENTIFIERS, IDENTIFIERS)
def test_quoted_names_come_back(schema: str, name: str) -> None:
    text = f"CREATE TABLE {qualified(schema, name)} ({quote_identifier(name)} int)"
    table = grammar.parse(text)[0]["stmt"]["CreateStmt"]
    assert table["relation"]["schemaname"] == schema
    assert table["relation"]["relname"] == name
    assert table["tableElts"][0]["ColumnDef"]["colname"] == name
    assert split_name(qualified(schema, name)) == [schema, name]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("jobs", "jobs"),
        ("_x1", "_x1"),
        ("name", "name"),
        ("user", '"user"'),
        ("json", '"json"'),
        ("Jobs", '"Jobs"'),
        ("1x", '"1x"'),
        ("a$b", '"a$b"'),
        ("é", '"é"'),
        ('a"b', '"a""b"'),
        ("", '""'),
    ],
)
def test_quote_identifier(name: str, expected: str) -> None:
    assert quote_identifier(name) == expected


def test_clip_never_cuts_a_character() -> None:
    assert clip("a" * 64) == "a" * 63
    assert clip("a" * 62 + "é") == "a" * 62
    assert clip("short") == "short"


@pytest.mark.parametrize(
    ("written", "schema", "expected"),
    [
        (TypeName("int4", "pg_catalog"), None, "integer"),
        (TypeName("text"), None, "pg_catalog.text"),
        (TypeName("_text"), None, "pg_catalog.text[]"),
        (TypeName("bpchar", "pg_catalog", 0, "1"), None, "character"),
        (TypeName("char"), None, 'pg_catalog."char"'),
        (TypeName("varchar", "pg_catalog", 2, "10"), None, "character varying[]"),
        (TypeName("timestamptz", "pg_catalog", 0, "3"), None, "timestamp with time zone"),
        (TypeName("status", "app", 1), None, "app.status[]"),
        (TypeName("Status"), "App", '"App"."Status"'),
        (TypeName("json", "pg_catalog"), None, "json"),
    ],
)
def test_format_type(written: TypeName, schema: str | None, expected: str) -> None:
    assert format_type(written, schema) == expected


def test_json_has_a_short_name_since_17() -> None:
    assert format_type(TypeName("json"), pg_major=16) == "pg_catalog.json"
    assert format_type(TypeName("json"), pg_major=17) == "json"


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("function", "public.f(int, varchar(20))", "public.f(integer,character varying)"),
        ("function", "f( )", "public.f()"),
        ("function", "public.claim_*", "public.claim_*"),
        ("function", "public.f(*)", "public.f(*)"),
        (
            "function",
            'App.F(Timestamp With Time Zone, numeric(10, 2), float(3), float, "char", char, text[], int ARRAY)',
            (
                'app.f(timestamp with time zone,numeric,real,double precision,pg_catalog."char",character,'
                "pg_catalog.text[],integer[])"
            ),
        ),
        ("procedure", 'public.p(app."Odd", status)', 'public.p(app."Odd",status)'),
        ("trigger", "On_Change on Public.docs", "on_change on public.docs"),
        ("trigger", '"on x" ON docs', '"on x" on public.docs'),
        ("constraint", "t_pkey on t", "t_pkey on public.t"),
        ("column", "public.T.c", "public.t.c"),
        ("default", "public.t.c", "for public.t.c"),
        ("default value", "for public.t.c", "for public.t.c"),
        ("table", "user", 'public."user"'),
        ("table", 'app."User*"', 'app."User*"'),
        ("table", "*", "*"),
        ("domain", "email", "public.email"),
        ("type", "int[]", "integer[]"),
        ("type", "app.status[3][]", "app.status[]"),
        ("schema", "App", "app"),
        ("cast", "(varchar AS int)", "(character varying AS integer)"),
        ("operator", "app.===(int, text)", "app.===(integer,pg_catalog.text)"),
        ("operator class", "x using btree", "public.x USING btree"),
    ],
)
def test_normalise_identity(kind: str, text: str, expected: str) -> None:
    normalised = normalise_identity(kind, text, schema="public")
    assert normalised == expected
    assert normalise_identity(kind, normalised, schema="public") == normalised


def test_normalise_identity_makes_up_no_schema() -> None:
    assert normalise_identity("function", "f(int)") == "f(integer)"


def test_normalise_kind() -> None:
    assert normalise_kind("Domain") == "type"
    assert normalise_kind("materialized   view") == "materialized view"


@pytest.mark.parametrize(
    ("identity", "name"),
    [
        ("note on public.jobs", "note"),
        ('"rows on hold" on public.jobs', "rows on hold"),
        ("public.f(integer)", "f"),
        ('app."F(x)"(text)', "F(x)"),
        ('public."a.b"', "a.b"),
    ],
)
def test_own_name(identity: str, name: str) -> None:
    assert own_name(identity) == name
