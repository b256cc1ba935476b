"""The recorder: exactly what a migration did to the catalog, no more and no less."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import psycopg
import pytest

from auditor.model import ObjectId
from auditor.replay.recorder import Recorder
from auditor.replay.recording import RecordedEffect, Recording
from auditor.replay.server import ThrowAwayServer

_NUMBERS = count(1)


class Watched:
    """A database with a recorder, and a session of the role that owns it."""

    def __init__(self, server: ThrowAwayServer) -> None:
        self.server = server
        self.name = server.create_database()
        self.owner = f"recorder_test_owner_{next(_NUMBERS)}"
        server.create_owner_role(self.owner)
        self.superuser = server.connect(self.name)
        self.superuser.execute(f"alter database {self.name} owner to {self.owner}".encode())
        self.recorder = Recorder(self.superuser, self.owner)
        self.recorder.install()
        self.session = psycopg.connect(server.conninfo(self.name, self.owner), autocommit=True)

    def run(self, *statements: str, transaction: bool = True) -> Recording:
        """Run one migration and return what was recorded; the recorder is checked against the whole catalog."""
        if transaction:
            self.session.execute("begin")
        for statement in statements:
            self.session.execute(statement.encode())
        if transaction:
            self.session.execute("commit")
        recording = self.recorder.record(statements)
        assert self.recorder.verify() == []
        return recording

    def changes(self, *statements: str, transaction: bool = True) -> list[str]:
        """The same as short texts, sorted; what 18 alone makes (NOT NULL constraints) is left out."""
        effects = self.run(*statements, transaction=transaction).effects
        return sorted(short(effect) for effect in effects if "_not_null on " not in effect.object.identity)

    def close(self) -> None:
        self.session.close()
        self.superuser.close()
        self.server.drop_database(self.name)


def short(effect: RecordedEffect) -> str:
    to = f" -> {effect.to}" if effect.to is not None else ""
    details = f" ({', '.join(effect.details)})" if effect.details else ""
    return f"{effect.action} {effect.object}{to}{details}"


@pytest.fixture
def watched(server: ThrowAwayServer) -> Iterator[Watched]:
    watched = Watched(server)
    yield watched
    watched.close()


def test_a_table_with_all_that_comes_along(watched: Watched) -> None:
    assert watched.changes(
        "create table t (id serial primary key, a text unique, b int check (b > 0))",
        "create index on t (a) where b is null",
    ) == [
        "create index public.t_a_idx",
        "create index public.t_a_key",
        "create index public.t_pkey",
        "create sequence public.t_id_seq",
        "create table column public.t.a",
        "create table column public.t.b",
        "create table column public.t.id",
        "create table constraint t_a_key on public.t",
        "create table constraint t_b_check on public.t",
        "create table constraint t_pkey on public.t",
        "create table public.t",
    ]


def test_what_hangs_on_what_and_which_statement_did_it(watched: Watched) -> None:
    recording = watched.run("create table t (id int)", "create index i on t (id)", "grant select on t to public")
    effects = {(effect.action, effect.object.identity): effect for effect in recording.effects}
    table = ObjectId("table", "public.t")
    assert effects["create", "public.i"].parent == table
    assert effects["create", "public.i"].statements == (2,)
    assert effects["create", "public.i"].named
    assert effects["create", "public.t.id"].parent == table
    assert effects["create", "public.t.id"].statements == (1,)
    assert not effects["create", "public.t.id"].named
    assert 3 in effects["grant", "public.t"].statements


def test_a_renamed_table_carries_the_names_of_its_parts(watched: Watched) -> None:
    watched.run(
        "create table t (id int constraint k primary key)",
        "create function f(t) returns int language sql as 'select 1'",
        "create table other (id int references t)",
    )
    assert watched.changes("alter table t rename to u") == [
        "rename function public.f(public.t) -> public.f(public.u)",
        "rename table column public.t.id -> public.u.id",
        "rename table constraint k on public.t -> k on public.u",
        "rename table public.t -> public.u",
    ]


def test_renamed_and_moved_in_one_migration(watched: Watched) -> None:
    watched.run("create table t (id int)", "create index i on t (id)")
    assert watched.changes("create schema s", "alter table t rename to u", "alter table u set schema s") == [
        "create schema s",
        "rename index public.i -> s.i",
        "rename table column public.t.id -> s.u.id",
        "rename table public.t -> s.u",
    ]


def test_a_renamed_schema_and_type(watched: Watched) -> None:
    watched.run(
        "create schema s",
        "create type s.mood as enum ('a')",
        "create function s.f(s.mood[]) returns int language sql as 'select 1'",
    )
    watched.run("alter default privileges in schema s grant select on tables to public")
    default_acl = f"for role {watched.owner} in schema {{}} on tables"
    assert watched.changes("alter schema s rename to z", "alter type z.mood rename to feeling") == [
        f"rename default acl {default_acl.format('s')} -> {default_acl.format('z')}",
        "rename function s.f(s.mood[]) -> z.f(z.feeling[])",
        "rename schema s -> z",
        "rename type s.mood -> z.feeling",
    ]


def test_a_cascade_is_recorded_object_by_object(watched: Watched) -> None:
    watched.run(
        "create table t (id int primary key)",
        "create table child (t int references t)",
        "create view v as select id from t",
        "create function f() returns trigger language plpgsql as 'begin return new; end'",
        "create trigger g before insert on child for each row execute function f()",
    )
    assert watched.changes("drop table t cascade", "drop function f cascade") == [
        "drop function public.f()",
        "drop index public.t_pkey",
        "drop table column public.t.id",
        "drop table constraint child_t_fkey on public.child",
        "drop table constraint t_pkey on public.t",
        "drop table public.t",
        "drop trigger g on public.child",
        "drop view column public.v.id",
        "drop view public.v",
    ]


def test_a_dropped_column_takes_its_index(watched: Watched) -> None:
    watched.run("create table t (a int, b int)", "create index i on t (a, b)")
    assert watched.changes("alter table t drop column a") == [
        "drop index public.i",
        "drop table column public.t.a",
    ]


def test_another_object_under_the_same_name(watched: Watched) -> None:
    watched.run("create table t (id int, gone int)")
    assert watched.changes("create table t_new (id bigint)", "drop table t", "alter table t_new rename to t") == [
        "drop table column public.t.gone",
        "recreate table column public.t.id (type)",
        "recreate table public.t",
    ]


def test_made_anew_without_its_comment_and_privileges(watched: Watched) -> None:
    function = "create function f() returns int language sql as 'select 1'"
    watched.run(function, "comment on function f is 'x'", "grant execute on function f to public")
    assert watched.changes("drop function f", function) == ["recreate function public.f()"]
    assert watched.changes("drop function f", function, "comment on function f is 'x'") == [
        "comment function public.f()",
        "recreate function public.f()",
    ]


def test_swapped_names(watched: Watched) -> None:
    watched.run("create table a (x int)", "create table b (y int)")
    changes = watched.changes(
        "alter table a rename to c", "alter table b rename to a", "alter table c rename to b"
    )
    assert changes == [
        "rename table column public.a.x -> public.b.x",
        "rename table column public.b.y -> public.a.y",
        "rename table public.a -> public.b",
        "rename table public.b -> public.a",
    ]


def test_a_rebuilt_index_is_the_same_object(watched: Watched) -> None:
    watched.run("create table t (a int, b int unique)", "create index i on t (a) where b > 0")
    assert watched.changes("alter table t alter b type bigint", "alter index i rename to j") == [
        "alter index public.i (predicate)",
        "alter table column public.t.b (type)",
        "rebuild index public.t_b_key (classes)",
        "rebuild table constraint t_b_key on public.t",
        "rename index public.i -> public.j",
    ]


def test_dropped_without_a_word(watched: Watched) -> None:
    """PostgreSQL does not tell event triggers that the sequence of an identity column goes."""
    watched.run("create table t (id int generated always as identity)")
    assert watched.changes("alter table t alter id drop identity") == [
        "alter table column public.t.id (identity)",
        "drop sequence public.t_id_seq",
    ]


def test_nothing_changes(watched: Watched) -> None:
    watched.run(
        "create table t (id int default 1)",
        "create function f() returns int language sql as 'select 1'",
        "create view v as select id from t",
        "comment on table t is 'x'",
        "grant select on t to public",
    )
    assert (
        watched.changes(
            "create table if not exists t (id int)",
            "create or replace function f() returns int language sql as 'select 1'",
            "create or replace view v as  select id  from t",
            "comment on table t is 'x'",
            "grant select on t to public",
            "alter table t alter id set default 1",
            "insert into t values (1)",
            "analyze t",
            "truncate t",
            "create temporary table scratch (id serial primary key)",
            "drop function if exists absent()",
        )
        == []
    )


def test_a_definition_is_not_new_because_what_it_mentions_was_renamed(watched: Watched) -> None:
    watched.run("create table t (a int check (a > 0))", "create index i on t (a) where a > 1")
    watched.run("alter table t rename column a to b")
    assert watched.changes("alter table t rename to u", "alter table u set (fillfactor = 50)") == [
        "alter table public.t (options)",
        "rename table column public.t.b -> public.u.b",
        "rename table constraint t_a_check on public.t -> t_a_check on public.u",
        "rename table public.t -> public.u",
    ]


def test_alterations_name_the_field(watched: Watched) -> None:
    watched.run(
        "create table t (a int)",
        "create function f() returns trigger language plpgsql as 'begin return new; end'",
        "create trigger g before insert on t for each row execute function f()",
        "create type mood as enum ('a')",
    )
    assert watched.changes(
        "alter table t enable row level security",
        "alter table t alter a set default 3",
        "alter table t disable trigger g",
        "alter function f() security definer",
        "alter type mood add value 'b'",
    ) == [
        "alter function public.f() (prosecdef)",
        "alter table column public.t.a (default)",
        "alter table public.t (row security)",
        "alter type public.mood (labels)",
        "disable trigger g on public.t",
    ]
    assert watched.changes("alter table t enable always trigger g") == ["enable trigger g on public.t"]


def test_comments_and_privileges(watched: Watched) -> None:
    watched.run("create table t (a int, b int)")
    assert watched.changes(
        "comment on table t is 'x'", "comment on column t.a is 'y'", "grant update (b) on t to public"
    ) == ["comment table column public.t.a", "comment table public.t", "grant table column public.t.b"]
    assert watched.changes("comment on table t is null", "revoke update (b) on t from public") == [
        "comment table public.t",
        "grant table column public.t.b",
    ]


def test_roles_and_default_privileges(watched: Watched) -> None:
    one, two = f"{watched.owner}_one", f"{watched.owner}_two"
    try:
        assert watched.changes(
            f"create role {one}",
            f"create role {two}",
            f"grant {one} to {two}",
            f"alter role {one} set lock_timeout = '1s'",
            f"comment on role {two} is 'x'",
            f"alter default privileges in schema public grant select on tables to {one}",
        ) == [
            f"comment role {two}",
            f"create default acl for role {watched.owner} in schema public on tables",
            f"create role {one}",
            f"create role {two}",
            f"grant default acl for role {watched.owner} in schema public on tables",
            f"grant role {one}",
        ]
        assert watched.changes("create table t ()") == ["create table public.t", "grant table public.t"]
        assert watched.changes(f"revoke {one} from {two}", f"alter role {one} nologin noinherit") == [
            f"alter role {one} (rolinherit)",
            f"grant role {one}",
        ]
        assert watched.changes(
            f"alter default privileges in schema public revoke select on tables from {one}",
            f"revoke select on t from {one}",
            f"drop role {one}",
            f"drop role {two}",
        ) == [
            f"drop default acl for role {watched.owner} in schema public on tables",
            f"drop role {one}",
            f"drop role {two}",
            "grant table public.t",
        ]
    finally:
        watched.superuser.execute(f"drop role if exists {one}, {two}".encode())


def test_what_belongs_to_an_extension_is_not_listed(watched: Watched) -> None:
    assert watched.changes("create extension citext") == ["comment extension citext", "create extension citext"]
    assert watched.changes("drop extension citext") == ["drop extension citext"]
    recording = watched.run("create extension hstore", "drop extension hstore")
    assert recording.effects == ()
    assert recording.transient == (ObjectId("extension", "hstore"),)


def test_what_joins_and_leaves_an_extension(watched: Watched) -> None:
    watched.run("create table t (id int primary key)", "create extension citext")
    watched.superuser.execute("alter extension citext add table public.t")
    assert watched.changes("select 1") == []
    assert ObjectId("table", "public.t") not in watched.recorder.objects()
    watched.superuser.execute("alter extension citext drop table public.t")
    assert "create table column public.t.id" in watched.changes("select 1")


def test_transient(watched: Watched) -> None:
    recording = watched.run(
        "create table t (id serial)", "create view v as select 1", "drop table t", "drop view v"
    )
    assert recording.effects == ()
    kinds = {(item.kind, item.identity) for item in recording.transient}
    assert {("table", "public.t"), ("sequence", "public.t_id_seq"), ("view", "public.v")} <= kinds
    assert not {kind for kind, _ in kinds} - {"table", "sequence", "view", "table constraint"}


def test_partitions(watched: Watched) -> None:
    watched.run(
        "create function f() returns trigger language plpgsql as 'begin return new; end'",
        "create table t (id int, at date) partition by range (at)",
        "create index i on t (id)",
        "create trigger g after insert on t for each row execute function f()",
    )
    assert watched.changes("create table t1 partition of t for values from ('2024-01-01') to ('2025-01-01')") == [
        "create index public.t1_id_idx",
        "create table column public.t1.at",
        "create table column public.t1.id",
        "create table public.t1",
        "create trigger g on public.t1",
    ]
    assert watched.changes("alter table t detach partition t1") == [
        "alter index public.t1_id_idx (parents)",
        "alter table public.t1 (parents, partition bound)",
        "drop trigger g on public.t1",
    ]


def test_outside_of_a_transaction(watched: Watched) -> None:
    watched.run("create table t (id int)")
    assert watched.changes(
        "create index concurrently i on t (id)",
        "begin",
        "create table u ()",
        "commit",
        "create index concurrently j on t (id)",
        "drop index concurrently i",
        transaction=False,
    ) == ["create index public.j", "create table public.u"]
    assert watched.changes("reindex index concurrently j", transaction=False) == ["rebuild index public.j"]


def test_rolled_back(watched: Watched) -> None:
    assert watched.changes("begin", "create table t ()", "rollback", "create table u ()", transaction=False) == [
        "create table public.u"
    ]


def test_under_replica_role(watched: Watched) -> None:
    assert watched.changes(
        "create table t ()", "set local session_replication_role = replica", "create table u ()", "drop table t"
    ) == ["create table public.u"]


def test_each_kind_of_object(watched: Watched) -> None:
    watched.run(
        "create domain d as int constraint positive check (value > 0)",
        "create type pair as (a int, b text)",
        "create type span as range (subtype = int4)",
        "create collation c (locale = 'C')",
        "create operator ### (leftarg = int, rightarg = int, function = int4pl)",
        "create aggregate total(int) (sfunc = int4pl, stype = int)",
        "create procedure p() language sql as 'select 1'",
        "create table t (a int, b int)",
        "create statistics s on a, b from t",
        "create materialized view m as select a from t",
        "create rule r as on update to t do also notify x",
        "create text search configuration w (copy = simple)",
        "create publication pub for table t",
    )
    kinds = {item.kind for item in watched.recorder.objects()}
    assert kinds >= {
        "aggregate", "collation", "composite type", "composite type column", "domain constraint",
        "materialized view", "operator", "procedure", "publication", "publication relation", "rule",
        "statistics object", "text search configuration", "type",
    }  # fmt: skip
    range_function = ObjectId("function", "public.span(integer,integer)")
    assert watched.recorder.objects()[range_function] == ObjectId("type", "public.span")


def test_nothing_of_it_stays(watched: Watched, connect: Callable[..., psycopg.Connection[Any]]) -> None:
    watched.run("create table t (id int primary key)")
    watched.recorder.remove()
    with connect(watched.server.conninfo(watched.name)) as connection:
        left = connection.execute(
            "select count(*) from pg_event_trigger union all"
            " select count(*) from pg_class where oid >= 16384 and relnamespace = 'pg_catalog'::regnamespace"
            " union all"
            " select count(*) from pg_proc where oid >= 16384 and pronamespace = 'pg_catalog'::regnamespace"
        ).fetchall()
    assert left == [(0,), (0,), (0,)]


def test_an_event_trigger_of_a_migration(watched: Watched) -> None:
    watched.run(
        "create table seen (who text)",
        "create function f() returns event_trigger language plpgsql as"
        " 'begin insert into public.seen values (current_user); end'",
    )
    watched.superuser.execute("create event trigger e on ddl_command_end execute function public.f()")
    assert watched.changes("alter table seen add at timestamptz") == [
        "create event trigger e",
        "create table column public.seen.at",
    ]
    watched.superuser.execute("alter event trigger e enable replica")
    assert watched.changes("select 1") == ["enable event trigger e"]
    watched.recorder.remove()
    row = watched.superuser.execute("select evtenabled::text from pg_event_trigger where evtname = 'e'").fetchone()
    assert row == ("R",)
    assert watched.session.execute("select distinct who from seen").fetchall() == [(watched.owner,)]
