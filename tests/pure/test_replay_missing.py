"""What a statement failed for want of, and what a history makes itself, as far as their texts tell."""

from __future__ import annotations

import pytest

from auditor.migrations.statements import split_statements
from auditor.model import Migration
from auditor.replay import stubs
from auditor.replay.missing import OwnThings, Thing, missing_thing
from auditor.replay.session import Failure
from auditor.replay.stubs import PLATFORMS, stub_for


def own(*texts: str, layout: str = "sql") -> OwnThings:
    return OwnThings(
        [
            Migration(f"{n}", f"{n}.sql", layout, tuple(split_statements(text, f"{n}.sql")))
            for n, text in enumerate(texts, start=1)
        ]
    )


@pytest.mark.parametrize(
    ("sqlstate", "message", "thing"),
    [
        ("3F000", 'schema "auth" does not exist', Thing("schema", "auth")),
        ("42P01", 'relation "auth.users" does not exist', Thing("relation", "users", "auth")),
        ("42P01", 'relation "schema_migrations" does not exist', Thing("relation", "schema_migrations")),
        ("42883", "function auth.uid() does not exist", Thing("function", "uid", "auth")),
        ("42883", "function f(integer, text[]) does not exist", Thing("function", "f")),
        ("42883", "procedure p(unknown) does not exist", Thing("function", "p")),
        ("42883", 'could not find a function named "auth.uid"', Thing("function", "uid", "auth")),
        ("42704", 'type "citext" does not exist', Thing("type", "citext")),
        ("42704", 'role "my role" does not exist', Thing("role", "my role")),
        ("42704", 'publication "supabase_realtime" does not exist', Thing("publication", "supabase_realtime")),
        ("42704", 'extension "uuid-ossp" does not exist', Thing("extension", "uuid-ossp")),
        ("42704", 'access method "hnsw" does not exist', Thing("access method", "hnsw")),
        (
            "42704",
            'operator class "public.gin_trgm_ops" does not exist for access method "gin"',
            Thing("operator class", "gin_trgm_ops", "public"),
        ),
        ("3D000", 'database "shop" does not exist', Thing("database", "shop")),
        ("42703", 'column "auth.users" does not exist', None),
        ("42P01", 'missing FROM-clause entry for table "users"', None),
        ("42704", 'unrecognized configuration parameter "app.x"', None),
        ("42883", "operator does not exist: uuid = text", None),
        ("P0001", 'relation "auth.users" does not exist', None),
    ],
)
def test_what_is_missing(sqlstate: str, message: str, thing: Thing | None) -> None:
    assert missing_thing(Failure(sqlstate, message)) == thing


@pytest.mark.parametrize(
    ("text", "thing", "tolerant"),
    [
        ("create table public.t (id int)", Thing("relation", "t"), False),
        ("create table if not exists t (id int)", Thing("relation", "t", "public"), True),
        ('CREATE TABLE "auth"."users" (id int)', Thing("relation", "users", "auth"), False),
        ("create unlogged table t (id int)", Thing("relation", "t"), False),
        ("create table s.t as select 1 as one", Thing("relation", "t", "s"), False),
        ("create or replace view s.v as select 1 as one", Thing("relation", "v", "s"), True),
        ("create materialized view v as select 1 as one", Thing("relation", "v"), False),
        ("create sequence s.q", Thing("relation", "q", "s"), False),
        (
            "create function auth.uid() returns int language sql as 'select 1'",
            Thing("function", "uid", "auth"),
            False,
        ),
        (
            "create or replace function f() returns int language sql as 'select 1'",
            Thing("function", "f"),
            True,
        ),
        ("create type s.mood as enum ('a')", Thing("type", "mood", "s"), False),
        ("create domain d as text", Thing("type", "d"), False),
        ("create schema auth", Thing("schema", "auth"), False),
        ("create schema if not exists auth", Thing("schema", "auth"), True),
        ('create extension "uuid-ossp"', Thing("extension", "uuid-ossp"), False),
        ("create user app login", Thing("role", "app"), False),
        ("create publication p", Thing("publication", "p"), False),
        ("create database shop", Thing("database", "shop"), False),
        ("alter table t rename to u", Thing("relation", "u"), False),
        ("alter table t set schema auth", Thing("relation", "t", "auth"), False),
        ("alter role a rename to b", Thing("role", "b"), False),
        (
            (
                "do $$ begin if not exists (select from pg_roles where rolname = 'app') "
                "then create user app; end if; end$$"
            ),
            Thing("role", "app"),
            True,
        ),
    ],
)
def test_what_a_history_makes(text: str, thing: Thing, tolerant: bool) -> None:
    (making,) = own("select 1", text).makings(thing)
    assert (making.tolerant, str(making.location)) == (tolerant, "2.sql:1:1")
    shadowed = own(text).shadowed(thing)
    assert (shadowed is None) == (tolerant and thing.kind not in {"relation", "type"})


@pytest.mark.parametrize(
    ("text", "thing"),
    [
        ("create table public.users (id int)", Thing("relation", "users", "auth")),
        ("create table t (id int references auth.users)", Thing("relation", "users", "auth")),
        ("create temp table t (id int)", Thing("relation", "t")),
        ("create index users on t (id)", Thing("relation", "users")),
        ("-- create role app", Thing("role", "app")),
        ("comment on table t is 'create role app'", Thing("role", "app")),
        ("grant app to other", Thing("role", "app")),
        ("alter schema s owner to app", Thing("role", "app")),
        (
            "create function f() returns void language plpgsql as 'begin create table made (); end'",
            Thing("relation", "made"),
        ),
    ],
)
def test_what_it_does_not_make(text: str, thing: Thing) -> None:
    assert list(own(text).makings(thing)) == []


def test_two_ledgers_of_one_name() -> None:
    ledger = Thing("relation", "schema_migrations")
    found = stub_for(ledger, own("select 1", layout="golang-migrate"))
    assert found is not None
    assert found.title == "golang-migrate"
    found = stub_for(ledger, own())
    assert found is not None
    assert found.title == "dbmate"
    assert stub_for(ledger, own("create table schema_migrations (version text)")) is None


def test_evidence() -> None:
    schema = Thing("schema", "auth")
    for text in (
        "select auth.uid()",
        'alter table t add foreign key (u) references "auth"."users" (id)',
        "grant all on t to service_role",
        "alter publication supabase_realtime add table t",
        "insert into storage.buckets values ('a')",
    ):
        assert stub_for(schema, own(text)) is not None, text
        assert stub_for(schema, own(text, layout="hasura")) is None, text
    assert stub_for(schema, own("select 1", layout="supabase")) is not None
    for text in ("select auth.check()", "select my_auth.uid()", "create table authors.users ()", "select 1"):
        assert stub_for(schema, own(text)) is None, text


def test_each_file_of_stand_ins_is_used_once() -> None:
    used = [file for platform in PLATFORMS for file in platform.files]
    there = [path.stem for path in stubs._FOLDER.glob("*.sql")]
    assert sorted(used) == sorted(there)
    assert len({platform.title for platform in PLATFORMS}) == len(PLATFORMS)


def test_statements_of_stand_ins_begin_as_they_should() -> None:
    """What they make is found by their beginnings."""
    for platform in PLATFORMS:
        for file in platform.files:
            for text in stubs._texts(file):
                makes = text.startswith("create ") and not text.startswith(("create index", "create unique index"))
                assert (stubs._made_by(text) is not None) == makes, text
                assert "or replace" not in text.split("(")[0]
