"""What a platform has made before the first migration is stood in for, said so, and gives no further rights."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from auditor.migrations.statements import split_statements
from auditor.model import Migration, ObjectId
from auditor.replay import stubs
from auditor.replay.missing import OwnThings
from auditor.replay.runner import Prelude, Replay, discard, replay
from auditor.replay.server import ThrowAwayServer, throw_away_server
from auditor.replay.stubs import PLATFORMS, Platform

Run = Callable[..., Replay]
Connect = Callable[..., psycopg.Connection[Any]]


def history(*texts: str, layout: str = "sql") -> list[Migration]:
    """One migration for each text, each a file of its own."""
    return [
        Migration(f"{n:03}", f"{n:03}.sql", layout, tuple(split_statements(text, f"{n:03}.sql")))
        for n, text in enumerate(texts, start=1)
    ]


@pytest.fixture
def run(server: ThrowAwayServer) -> Iterator[Run]:
    """Replays texts; what a replay leaves on the server is taken away after the test."""
    done: list[Replay] = []

    def run(*texts: str, layout: str = "sql", **options: Any) -> Replay:
        done.append(replay(history(*texts, layout=layout), server, **options))
        return done[-1]

    yield run
    for one in done:
        discard(one, server)


def only_from_18(server: ThrowAwayServer) -> None:
    if server.installation.major < 18:
        pytest.skip("stand-ins for extensions need PostgreSQL 18")


def supplied(done: Replay) -> set[str]:
    return {f"{one.kind} {one.name}" for one in done.supplied}


def recorded(done: Replay, step: int = 0) -> set[str]:
    return {f"{each.action} {each.object}" for each in done.steps[step].recorded}


SUPABASE = (
    """
    create table public.profiles (id uuid primary key references auth.users (id) on delete cascade, name text);
    alter table public.profiles enable row level security;
    """,
    """
    create policy own on public.profiles for select to authenticated using (auth.uid() = id);
    grant select on public.profiles to anon, service_role;
    create function public.welcome() returns trigger language plpgsql security definer as $$
    begin
        insert into public.profiles (id) values (new.id);
        return new;
    end $$;
    create trigger on_auth_user_created after insert on auth.users
        for each row execute function public.welcome();
    insert into auth.users (id, email, raw_user_meta_data) values (gen_random_uuid(), 'a@example.org', '{}');
    """,
    """
    insert into storage.buckets (id, name, public) values ('files', 'files', false) on conflict (id) do nothing;
    create policy mine on storage.objects for insert with check (
        bucket_id = 'files' and (storage.foldername(name))[1] = auth.uid()::text
        and storage.extension(name) = 'pdf' and auth.jwt() ->> 'role' = 'x' and auth.role() = 'authenticated');
    alter publication supabase_realtime add table public.profiles;
    create policy listen on realtime.messages for select to authenticated using (realtime.topic() = 'x');
    create function auth.is_admin() returns boolean language sql as 'select false';
    alter table public.profiles owner to supabase_admin;
    alter table public.profiles owner to current_user;
    """,
)


def test_supabase(run: Run, connect: Connect) -> None:
    done = run(*SUPABASE)
    assert done.error is None
    assert {
        "role anon",
        "role authenticated",
        "role service_role",
        "schema auth",
        "schema extensions",
        "table auth.users",
        "table storage.objects",
        "function auth.uid()",
        "function storage.foldername(pg_catalog.text)",
        "publication supabase_realtime",
        "extension pg_stat_statements" if done.server_version_num >= 180000 else "schema vault",
    } <= supplied(done)
    assert {one.platform for one in done.supplied} == {"Supabase"}
    # None of it is the history's, of which each migration was recorded once.
    assert not any("auth.users" in each or "role " in each for each in recorded(done))
    assert {ObjectId("table", "auth.users"), ObjectId("table column", "auth.users.email")} <= done.baseline
    assert "create trigger on_auth_user_created on auth.users" in recorded(done, 1)
    assert "create policy mine on storage.objects" in recorded(done, 2)
    assert "create function auth.is_admin()" in recorded(done, 2)
    with connect(done.conninfo) as connection:
        assert connection.execute("select email from auth.users").fetchall() == [("a@example.org",)]
        assert connection.execute("select count(*) from public.profiles").fetchall() == [(1,)]


def test_supabase_grants_on_everything_from_the_first_table_on(run: Run, connect: Connect) -> None:
    done = run("create table early ()", "create table late (id uuid default auth.uid())")
    assert done.error is None
    with connect(done.conninfo) as connection:
        rows = connection.execute(
            "select relname::text, array(select grantee::regrole::text from aclexplode(relacl))"
            " from pg_class where relname in ('early', 'late')"
        ).fetchall()
    for _, grantees in rows:
        assert {"anon", "authenticated", "service_role"} <= set(grantees)
    assert len(rows) == 2
    assert {"grant table public.early", "create table public.early"} <= recorded(done)


def test_conditions_see_the_platform(run: Run) -> None:
    """From the first migration on, though only the second one misses something."""
    done = run(
        "create table t (id int primary key); do $$ begin"
        " if exists (select from pg_publication where pubname = 'supabase_realtime') then"
        " alter publication supabase_realtime add table t; end if; end $$;"
        "create extension if not exists pgcrypto; create schema if not exists extensions;",
        "create policy p on t using (auth.role() = 'x')",
    )
    assert done.error is None
    assert "create publication relation public.t in publication supabase_realtime" in recorded(done)
    assert not any("pgcrypto" in each or "extensions" in each for each in recorded(done))


@pytest.mark.parametrize(
    "later",
    [
        "create schema auth; create table auth.users (id uuid primary key)",
        "create table if not exists auth.users (id uuid primary key)",
        "create table public.users (id uuid primary key); alter table public.users set schema auth",
    ],
)
def test_what_a_later_migration_makes_is_not_stood_in_for(run: Run, later: str) -> None:
    done = run("select auth.uid(); create table t (id uuid references auth.users)", later)
    assert done.error is not None
    assert ObjectId("table", "auth.users") not in done.baseline
    if "schema auth;" in later:
        assert done.supplied == ()
        assert done.error.hint == "002.sql:1:1 makes it"


def test_what_the_history_makes_is_left_out_of_a_stand_in(run: Run) -> None:
    done = run(
        "create schema if not exists auth; create table if not exists auth.users (id int primary key, mine int)",
        "create table t (id int references auth.users, u uuid default auth.uid())",
    )
    assert done.error is None
    assert "create table column auth.users.mine" in recorded(done)
    assert "table auth.users" not in supplied(done)
    assert {"function auth.uid()", "table auth.instances"} <= supplied(done)


def test_a_platform_of_the_history_s_own(run: Run) -> None:
    """It has the names of Supabase, and everything they stand for."""
    done = run(
        "create role anon; create role authenticated; create schema auth; create table auth.users (id int);"
        "create function auth.uid() returns int language sql as 'select 1'; grant usage on schema auth to anon;",
        "create table t (id int default auth.uid()); grant select on t to authenticated;",
    )
    assert done.error is None
    assert done.supplied == ()
    assert "create role anon" in recorded(done)


def test_names_that_are_anybody_s(run: Run) -> None:
    """`authenticated` and a schema `auth` alone are no Supabase."""
    done = run("create table t (); grant select on t to authenticated")
    assert done.error is None
    assert supplied(done) == {"role authenticated"}
    done = run("create table auth.accounts ()")
    assert done.error is not None
    assert done.supplied == ()
    assert "--prelude FILE" in done.error.hint


def test_a_role_that_a_later_migration_makes(run: Run) -> None:
    done = run("create table t (); grant select on t to platform_test_late", "create role platform_test_late")
    assert done.error is not None
    assert done.supplied == ()
    assert done.error.hint == "002.sql:1:1 makes it"
    guarded = "do $$ begin create role platform_test_late; exception when duplicate_object then null; end $$"
    done = run("create table t (); grant select on t to platform_test_late", guarded)
    assert done.error is None
    assert supplied(done) == {"role platform_test_late"}


def test_amazon_rds(run: Run) -> None:
    done = run(
        "create role platform_test_app login; grant rds_iam, rds_replication to platform_test_app;",
        "set role rds_superuser; create schema app; create table app.t (); reset role;"
        "grant rds_superuser to platform_test_app;",
    )
    assert done.error is None
    assert {"role rds_superuser", "role rds_replication", "role rds_iam"} <= supplied(done)
    assert {one.platform for one in done.supplied} == {"Amazon RDS"}
    assert "create schema app" in recorded(done, 1)


def test_hasura(run: Run) -> None:
    done = run(
        "create table t (id uuid default hdb_catalog.gen_hasura_uuid());"
        "delete from hdb_catalog.event_log where delivered;"
        "select hdb_catalog.insert_event_log('public', 't', 'x', 'INSERT', '{}');",
        layout="hasura",
    )
    assert done.error is None
    assert {"schema hdb_catalog", "function hdb_catalog.gen_hasura_uuid()"} <= supplied(done)
    assert {one.platform for one in done.supplied} == {"Hasura"}


@pytest.mark.parametrize(
    ("layout", "text", "platform"),
    [
        ("dbmate", "insert into schema_migrations (version) values ('20200101')", "dbmate"),
        ("golang-migrate", "update schema_migrations set dirty = false", "golang-migrate"),
        ("sql", "delete from public._sqlx_migrations where version = 1", "sqlx"),
        ("diesel", "comment on column __diesel_schema_migrations.run_on is 'x'", "Diesel"),
        ("flyway", "update flyway_schema_history set script = 'x' where installed_rank = 1", "Flyway"),
        ("goose", "select tstamp from goose_db_version", "goose"),
        ("prisma", 'create index on "_prisma_migrations" (migration_name)', "Prisma"),
        ("drizzle", "alter table drizzle.__drizzle_migrations add column x int", "Drizzle"),
        ("sql", "delete from supabase_migrations.schema_migrations where version = '1'", "the Supabase CLI"),
        ("refinery", "select applied_on from refinery_schema_history", "refinery"),
        ("node-pg-migrate", "select run_on from pgmigrations", "node-pg-migrate"),
        ("sql-migrate", "select applied_at from gorp_migrations", "sql-migrate"),
        ("tern", "select version from schema_version", "tern"),
        ("yoyo", "select migration_hash from _yoyo_migration", "yoyo"),
        ("sql", "create extension if not exists citext schema heroku_ext", "Heroku"),
    ],
)
def test_ledgers_and_other_things(run: Run, layout: str, text: str, platform: str) -> None:
    done = run("create table t ()", text, layout=layout)
    assert done.error is None
    assert {one.platform for one in done.supplied} == {platform}
    assert recorded(done) == {"create table public.t"}


def test_an_extension_that_nobody_creates(run: Run, server: ThrowAwayServer) -> None:
    only_from_18(server)
    done = run(
        "create table t (id uuid default uuid_generate_v4(), name citext, secret text default crypt('x', 'y'))",
        "select cron.schedule('x', '0 * * * *', 'select 1'); select net.http_post('http://localhost');"
        "create index on t using gin (secret gin_trgm_ops);",
        "create extension if not exists pg_cron",
    )
    assert done.error is None
    missed = {'"uuid-ossp"', "citext", "pgcrypto", "pg_cron", "pg_net", "pg_trgm"}
    assert {one.name for one in done.supplied if one.kind == "extension"} == missed
    assert done.shims == ("pg_cron", "pg_net", "pgcrypto", "uuid-ossp")
    assert recorded(done, 2) == set()


def test_an_extension_that_a_later_migration_creates(run: Run) -> None:
    done = run("create table t (name citext)", "create extension citext")
    assert done.error is not None
    assert done.supplied == ()


def test_an_extension_in_a_schema(run: Run) -> None:
    done = run("create schema if not exists ext", "create table t (name ext.citext)")
    assert done.error is None
    assert {"extension citext", "schema ext"} <= supplied(done)
    assert recorded(done) == set()


def test_an_older_version_of_a_real_extension(run: Run, server: ThrowAwayServer) -> None:
    only_from_18(server)
    done = run("create extension ltree; alter extension ltree update to '1.0.1'; select 'a.b'::ltree @> 'a'")
    assert done.error is None
    assert supplied(done) == {"extension version ltree 1.0.1"}


def test_operators_of_an_extension_that_nobody_creates(run: Run) -> None:
    done = run("create table t (a int, b int4range, exclude using gist (a with =, b with &&))")
    assert done.error is None
    assert supplied(done) == {"extension btree_gist"}


def test_postgis(run: Run, server: ThrowAwayServer, connect: Connect) -> None:
    only_from_18(server)
    done = run(
        """
        create extension if not exists postgis;
        create table place (
            id int primary key, at geography(point, 4326) not null, area public.geometry(polygon) unique,
            x double precision generated always as (st_x(at::geometry)) stored
        );
        create index on place using gist (at);
        create index on place using gist (area);
        insert into place (id, at) values (1, st_setsrid(st_makepoint(1.5, 2), 4326));
        """,
        """
        create function near(geography) returns setof place language sql as
            'select * from place where st_dwithin(at, $1, 100) order by at <-> $1';
        create view v as select st_asgeojson(at), f_table_name from place, geography_columns;
        """,
        "select * from near((select at from place))",
    )
    assert str(done.error) == "003.sql:1:1: a replay does not calculate with geometries (SQLSTATE 0A000)"
    assert done.shims == ("postgis",)
    assert "create table column public.place.at" in recorded(done)
    with connect(done.conninfo) as connection:
        assert connection.execute("select x from place").fetchall() == [(1.5,)]


@pytest.fixture(scope="module")
def own_server(server: ThrowAwayServer) -> Iterator[ThrowAwayServer]:
    """What is unknown to a server becomes known to it."""
    with throw_away_server(server.installation) as own:
        yield own


def test_an_extension_that_is_not_there(own_server: ThrowAwayServer) -> None:
    only_from_18(own_server)
    done = replay(
        history(
            """
            create extension if not exists pg_nobody_knows with schema public version '3.1';
            comment on extension pg_nobody_knows is 'x';
            create extension dblink;
            create table t ();
            """,
            "create table u (x nobody_knows)",
        ),
        own_server,
    )
    assert done.steps[0].error is None
    assert done.shims == ("dblink", "pg_nobody_knows")
    assert {"create extension pg_nobody_knows", "create extension dblink"} <= recorded(done)
    assert {each for each in supplied(done) if "objects" in each} == {
        "stand-in without objects extension pg_nobody_knows",
        "stand-in without objects extension dblink",
    }
    assert str(done.error) == '002.sql:1:19: type "nobody_knows" does not exist (SQLSTATE 42704)'
    assert done.error is not None
    assert "--prelude FILE" in done.error.hint
    # It has nothing that reaches anything.
    done = replay(history("create extension dblink; select dblink_connect('host=/tmp')"), own_server)
    assert done.error is not None
    assert done.error.sqlstate == "42883"


def test_foreign_tables_of_nowhere(own_server: ThrowAwayServer) -> None:
    done = replay(
        history(
            """
            create server other foreign data wrapper postgres_fdw options (host 'example.org', dbname 'x');
            create user mapping for current_user server other options (user 'x', password 'y');
            create foreign table t (id int) server other;
            grant usage on foreign data wrapper postgres_fdw to platform_test_web;
            """,
            "select * from t",
        ),
        own_server,
    )
    assert done.steps[0].error is None
    assert {"foreign-data wrapper postgres_fdw", "role platform_test_web"} <= supplied(done)
    assert {"create server other", "create foreign table public.t"} <= recorded(done)
    assert done.error is not None
    assert "has no handler" in done.error.message


def test_collations_of_icu(run: Run, server: ThrowAwayServer) -> None:
    done = run(
        """
        create table t (a text collate "en-x-icu", b text collate unicode unique);
        create collation if not exists public.german (provider = icu, locale = 'de', deterministic = false);
        create table u (a text collate german);
        """
        if server.installation.major >= 16
        else """
        create table t (a text collate "en-x-icu");
        create collation if not exists public.german (provider = icu, locale = 'de', deterministic = false);
        create table u (a text collate german);
        """
    )
    assert done.error is None
    assert {"create collation public.german", "create table public.u"} <= recorded(done)
    with server.connect(done.database) as connection:
        row = connection.execute(
            "select collprovider::text from pg_collation where collname = 'german'"
        ).fetchone()
    has_icu = row == ("i",)
    assert [ordinal for ordinal, _ in done.steps[0].instead] == ([] if has_icu else [2])
    assert supplied(done) == (set() if has_icu else {'collation pg_catalog."en-x-icu"', "stand-in ICU"})


def test_the_database_s_own_name(run: Run, connect: Connect) -> None:
    done = run(
        "create table t ()",
        "alter database platform_test_shop set search_path = app, public; grant connect on database"
        " platform_test_shop to platform_test_web;",
    )
    assert done.error is None
    assert done.database == "platform_test_shop"
    assert supplied(done) == {"database platform_test_shop", "role platform_test_web"}
    with connect(done.conninfo) as connection:
        assert connection.execute("show search_path").fetchone() == ("app, public",)


def test_a_parameter_of_the_history_s_own(run: Run, connect: Connect) -> None:
    done = run(
        "create role platform_test_api",
        """
        alter database platform_test_shop set app.settings.secret = 'x';
        alter role platform_test_api set app.x = 'y';
        """,
    )
    assert done.error is None
    assert {"parameter app.settings.secret", "parameter app.x"} <= supplied(done)
    with connect(done.conninfo) as connection:
        assert connection.execute("show app.settings.secret").fetchone() == ("x",)


@pytest.mark.parametrize("name", ["plperl.on_init", "pltcl.start_proc", "session_preload_libraries", "citext.x"])
def test_a_parameter_of_somebody_else_s(run: Run, name: str) -> None:
    done = run(f"alter role current_user set {name} = 'x'")
    assert done.error is not None
    assert done.error.sqlstate == "42501"
    assert done.supplied == ()
    done = run(raising(f'permission denied to set parameter "{name}"', "42501"))
    assert done.error is not None
    assert done.supplied == ()


def test_a_second_database_is_missing(run: Run) -> None:
    done = run("alter database platform_test_one set jit = off; alter database platform_test_two set jit = off")
    assert done.error is not None
    assert done.error.sqlstate == "3D000"


def test_a_role_and_a_database_called_postgres(server: ThrowAwayServer) -> None:
    with throw_away_server(server.installation, superuser="auditor_superuser") as other:
        done = replay(
            history(
                "create table t (); alter table t owner to postgres; grant select on t to postgres;"
                "set role postgres; reset role; alter default privileges for role postgres in schema public"
                " grant select on tables to platform_test_web; create schema s authorization postgres;"
                "alter database postgres set search_path = public; grant connect on database postgres to public;"
                "create function f() returns int language sql security definer as 'select 1';"
                "alter function f() owner to postgres; reassign owned by postgres to postgres;"
            ),
            other,
            database="postgres",
            owner="postgres",
        )
        assert done.error is None
        assert (done.database, done.owner) == ("postgres", "postgres")
        assert supplied(done) == {"role platform_test_web"}
        with psycopg.connect(done.conninfo) as connection:
            assert connection.execute("select current_setting('is_superuser')").fetchone() == ("off",)
        refused = replay(history("alter function pg_read_file(text) owner to postgres"), other)
        assert refused.error is not None
        assert refused.error.sqlstate == "42501"


def test_a_prelude_comes_before_stand_ins_do(run: Run) -> None:
    done = run(
        "create table t (id int references auth.users, mine int default auth.mine())",
        prelude=Prelude(
            "create schema auth; create table auth.users (id int primary key);"
            "create function auth.mine() returns int language sql as 'select 1'"
        ),
    )
    assert done.error is None
    assert done.supplied == ()
    done = run(
        "create table t (id uuid references auth.users, mine int default auth.mine())",
        prelude=Prelude("create function auth.mine() returns int language sql as 'select 1'"),
        layout="supabase",
    )
    assert done.error is None
    assert "table auth.users" in supplied(done)
    assert "function auth.mine()" not in supplied(done)


def test_a_materialized_view_that_does_not_find_what_it_names(run: Run, server: ThrowAwayServer) -> None:
    done = run(
        "create table t (id int); create function f() returns bigint language plpgsql as"
        " 'begin return (select count(*) from t); end';",
        "create materialized view v as select f() as n; create unique index on v (n);"
        "refresh materialized view concurrently v; refresh materialized view v with data;",
    )
    assert done.error is None
    changed = [ordinal for ordinal, _ in done.steps[1].instead]
    assert changed == ([1, 3, 4] if server.version_num >= 170000 else [])
    assert "create materialized view public.v" in recorded(done, 1)


# What a stand-in may do


@pytest.mark.parametrize("platform", PLATFORMS, ids=lambda platform: platform.files[-1])
def test_every_stand_in_can_be_put_in_place(server: ThrowAwayServer, platform: Platform) -> None:
    """All of it, and none of it belongs to the superuser."""
    stub = stubs._less_own(platform, OwnThings(()))
    name = server.create_database()
    owner = f"{name}_owner"
    server.create_owner_role(owner)
    try:
        with server.connect(name) as connection:
            connection.execute(f"alter database {name} owner to {owner}")
            stubs.put_in_place(stub, server, name, owner, connection)
            for thing in stubs._provided(platform):
                if thing.kind == "extension" and server.installation.major < 18:
                    continue
                assert exists(connection, thing), thing
            assert connection.execute(OWNED_BY_SUPERUSER).fetchall() == []
            assert connection.execute(DANGEROUS_MEMBERSHIPS, [owner]).fetchall() == []
    finally:
        made = [thing.name for thing in stubs._provided(platform) if thing.kind == "role"]
        server.take_away(name, owner, made)


def exists(connection: psycopg.Connection[Any], thing: Any) -> bool:
    name = f'"{thing.schema}"."{thing.name}"'
    queries = {
        "schema": ("select from pg_namespace where nspname = %s", thing.name),
        "role": ("select from pg_roles where rolname = %s and not rolcanlogin and not rolsuper", thing.name),
        "extension": ("select from pg_extension where extname = %s", thing.name),
        "publication": ("select from pg_publication where pubname = %s", thing.name),
        "relation": ("select from (select to_regclass(%s)) as r (oid) where oid is not null", name),
        "type": ("select from (select to_regtype(%s)) as r (oid) where oid is not null", name),
        "function": (
            "select from pg_proc where proname = %s and pronamespace = '" + str(thing.schema) + "'::regnamespace"
            " and not prosecdef",
            thing.name,
        ),
    }
    query, value = queries[thing.kind]
    return connection.execute(query, [value]).fetchone() is not None


# What a trusted extension makes belongs to the superuser in any case.
OWNED_BY_SUPERUSER = """
select c.oid::regclass::text from pg_class c where c.oid >= 16384 and c.relowner = current_user::regrole
   and c.relnamespace <> 'pg_toast'::regnamespace
   and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e')
union all
select p.oid::regprocedure::text from pg_proc p where p.oid >= 16384 and p.proowner = current_user::regrole
   and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')
union all
select nspname::text from pg_namespace where oid >= 16384 and nspowner = current_user::regrole
"""
DANGEROUS_MEMBERSHIPS = """
select r.rolname from pg_roles r
 where (r.rolsuper or r.rolname in ('pg_read_server_files', 'pg_write_server_files', 'pg_execute_server_program'))
   and pg_has_role(%s, r.oid, 'member')
"""


@pytest.mark.parametrize(
    "text",
    [
        "set role supabase_admin; copy (select 1) to program 'true'",
        "set role supabase_admin; create function auth.f() returns int language c as '/tmp/x.so', 'f'",
        "set role service_role; select pg_read_file('/etc/passwd')",
        "alter role supabase_admin superuser",
        "set role supabase_admin; grant pg_execute_server_program to supabase_admin",
        """
        create function auth.uid2() returns text language sql security definer as 'select pg_read_file(''x'')';
        alter function auth.uid2() owner to supabase_admin;
        select auth.uid2();
        """,
        """
        create or replace function auth.uid() returns uuid language sql security definer as
            'select pg_read_file(''x'')::uuid';
        select auth.uid();
        """,
        "alter function auth.uid() owner to postgres",
    ],
)
def test_a_stand_in_gives_no_way_to_the_machine(run: Run, text: str) -> None:
    done = run("create table t (id uuid default auth.uid())", text)
    assert done.steps[0].error is None
    assert done.error is not None
    assert done.error.sqlstate == "42501"


def raising(message: str, sqlstate: str) -> str:
    return f"do $do$ begin raise exception '%', $m${message}$m$ using errcode = '{sqlstate}'; end $do$"


@pytest.mark.parametrize(
    ("message", "sqlstate"),
    [
        ('relation "auth.users" does not exist', "42P01"),
        ("function auth.uid() does not exist", "42883"),
        ('extension "citext" does not exist', "42704"),
        ('extension "../../../../tmp/evil" does not exist', "42704"),
        ('extension "../../../../tmp/evil" is not available', "0A000"),
        ('permission denied to create extension "../../../../tmp/evil"', "42501"),
        ('database "template1" does not exist', "3D000"),
        (f'database "{"x" * 70}" does not exist', "3D000"),
        ('role "pg_execute_server_program" does not exist', "42704"),
        ('extension "../../../../tmp/evil" has no update path from version "1" to version "2"', "22023"),
    ],
)
def test_an_error_that_a_migration_makes_up(run: Run, message: str, sqlstate: str) -> None:
    done = run("select 'auth.uid()'", raising(message, sqlstate))
    assert done.error is not None
    assert done.error.message == message
    assert done.error.sqlstate == sqlstate


# Extensions beside event triggers


EVENT_TRIGGERS = """
create table public.seen (tag text, who text, super bool);
grant all on public.seen to public;
create function public.see() returns event_trigger language plpgsql as $$
begin
    insert into public.seen
    select tg_tag, current_user, rolsuper from pg_roles where rolname = current_user;
end $$;
create event trigger before_all on ddl_command_start execute function public.see();
create event trigger after_all on ddl_command_end execute function public.see();
alter event trigger after_all enable always;
create event trigger never on sql_drop execute function public.see();
alter event trigger never disable;
"""


@pytest.mark.parametrize(
    "text",
    [
        "create extension citext; create table t ()",
        "begin; create extension citext; commit; create table t ()",
        "do $$ begin execute 'create extension citext'; end $$; create table t ()",
        """
        set session_replication_role = replica;
        create extension citext;
        reset session_replication_role;
        create table t ();
        """,
    ],
)
@pytest.mark.parametrize("together", [True, False])
def test_the_script_of_an_extension_fires_no_event_trigger(
    run: Run, connect: Connect, text: str, together: bool
) -> None:
    """It runs as superuser, and so would their functions."""
    done = run(EVENT_TRIGGERS + text) if together else run(EVENT_TRIGGERS, text)
    assert done.error is None
    assert "create extension citext" in recorded(done, -1)
    assert together or recorded(done, -1) == {
        "create extension citext",
        "comment extension citext",
        "create table public.t",
    }
    with connect(done.conninfo) as connection:
        assert connection.execute(
            "select super, count(*) from seen where tag = 'CREATE TABLE' group by 1"
        ).fetchall() == [(False, 2)]
        assert connection.execute("select count(*) from seen where super").fetchone() == (0,)
        states = connection.execute(
            "select evtname::text, evtenabled::text from pg_event_trigger order by 1"
        ).fetchall()
    assert states == [("after_all", "A"), ("before_all", "O"), ("never", "D")]


def test_an_update_of_an_extension_fires_none_either(run: Run, connect: Connect) -> None:
    done = run("create extension hstore version '1.4'", EVENT_TRIGGERS + "alter extension hstore update")
    assert done.error is None
    with connect(done.conninfo) as connection:
        assert connection.execute("select count(*) from seen where super").fetchone() == (0,)


def test_event_triggers_are_back_after_a_failure(run: Run, connect: Connect) -> None:
    # Not in one transaction, which would be rolled back.
    done = run("begin; commit;" + EVENT_TRIGGERS + "create extension citext schema nowhere")
    assert done.error is not None
    with connect(done.conninfo) as connection:
        states = connection.execute(
            "select evtname::text, evtenabled::text from pg_event_trigger order by 1"
        ).fetchall()
    assert states == [("after_all", "A"), ("before_all", "O"), ("never", "D")]


@pytest.mark.parametrize(
    "text",
    [
        'alter event trigger U&"auditor\\005frecorder_guard" disable',
        'alter event trigger U&"auditor_recorde\\0072_command" disable',
        "drop event trigger auditor_recorder_guard",
        "select pg_catalog.auditor_recorder_silence()",
        "select pg_catalog.auditor_recorder_unsilence()",
    ],
)
def test_the_guard_stays(run: Run, text: str) -> None:
    done = run(EVENT_TRIGGERS + text)
    assert done.error is not None
    assert done.error.sqlstate == "42501"
