"""A migration of a hostile pull request, run as the owner role, does not reach the machine."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from auditor.replay.server import ThrowAwayServer, throw_away_server

OWNER = "safety_test_owner"


@pytest.fixture(scope="module")
def hostile(server: ThrowAwayServer) -> Iterator[psycopg.Connection[Any]]:
    """A connection as the role that runs migrations, to a database of its own."""
    server.create_owner_role(OWNER)
    name = server.create_database(owner=OWNER)
    with psycopg.connect(server.conninfo(name, OWNER), autocommit=True) as connection:
        yield connection
    server.drop_database(name)
    with server.connect() as connection:
        connection.execute(f"drop owned by {OWNER}")
        connection.execute(f"drop role {OWNER}")


@pytest.mark.parametrize(
    "statement",
    [
        "copy (select 1) to program 'touch /tmp/reached'",
        "copy t from program 'id'",
        "copy t from '/etc/passwd'",
        "copy (select 1) to '/tmp/reached'",
        "select pg_read_file('/etc/passwd')",
        "select pg_read_binary_file('postgresql.conf')",
        "select pg_ls_dir('/')",
        "select pg_stat_file('/etc/passwd')",
        "select lo_import('/etc/passwd')",
        "select lo_export(lo_create(0), '/tmp/reached')",
        "select pg_reload_conf()",
        "alter system set archive_command = 'touch /tmp/reached'",
        "set session_preload_libraries = '/tmp/evil'",
        "set dynamic_library_path = '/tmp'",
        "load '/tmp/evil'",
        "create function f() returns integer language c as '/lib/x86_64-linux-gnu/libc.so.6', 'system'",
        "create function f() returns integer language internal as 'pg_read_file'",
        "create extension dblink",
        "create extension postgres_fdw",
        "create extension file_fdw",
        "create foreign data wrapper w",
        "create subscription s connection 'host=/tmp' publication p with (connect = false)",
        "create tablespace s location '/tmp'",
        "create event trigger e on ddl_command_start execute function f()",
        "create role r superuser",
        "alter role postgres login password 'x'",
        "alter role postgres set search_path = evil",
        "set role postgres",
        "set session authorization postgres",
        "grant postgres to current_user",
        "grant pg_read_server_files to current_user",
        "grant pg_write_server_files to current_user",
        "grant pg_execute_server_program to current_user",
        "grant pg_write_all_data to current_user",
        "update pg_authid set rolsuper = true",
        "alter database postgres set search_path = evil",
        "drop database postgres",
    ],
)
def test_refused(hostile: psycopg.Connection[Any], statement: str) -> None:
    hostile.execute("create table if not exists t (a text)")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        hostile.execute(statement)


def test_role_for_subscriptions_is_withheld(server: ThrowAwayServer, hostile: psycopg.Connection[Any]) -> None:
    if server.version_num < 160000:
        pytest.skip("pg_create_subscription is new in PostgreSQL 16")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        hostile.execute("grant pg_create_subscription to current_user")


@pytest.mark.parametrize("name", ["adminpack", "plperlu", "plpython3u", "pltclu"])
def test_untrusted_languages_are_refused_where_they_exist(hostile: psycopg.Connection[Any], name: str) -> None:
    with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.FeatureNotSupported)) as refused:
        hostile.execute(f"create extension {name}")
    assert "permission denied" in str(refused.value) or "is not available" in str(refused.value)


def test_sessions_of_the_superuser_are_out_of_reach(
    server: ThrowAwayServer, hostile: psycopg.Connection[Any]
) -> None:
    with server.connect() as session, pytest.raises(psycopg.errors.InsufficientPrivilege):
        hostile.execute("select pg_terminate_backend(%s)", [session.info.backend_pid])


def test_settings_of_its_database_do_not_reach_the_superuser(
    server: ThrowAwayServer, hostile: psycopg.Connection[Any]
) -> None:
    """Whose queries would otherwise call functions of the migrations."""
    name = hostile.info.dbname
    hostile.execute("create schema evil")
    hostile.execute(f"alter database {name} set search_path = evil, pg_catalog")
    with server.connect(name) as session:
        assert session.execute("show search_path").fetchone() == ("pg_catalog",)


def test_the_owner_role_may_be_called_postgres(server: ThrowAwayServer) -> None:
    """Baselines made with pg_dump hand everything over to `postgres`."""
    with throw_away_server(server.installation, superuser="auditor") as other:
        other.create_owner_role("postgres")
        name = other.create_database(owner="postgres")
        with psycopg.connect(other.conninfo(name, "postgres")) as connection:
            connection.execute("create table t (); alter table t owner to postgres; grant select on t to postgres")
            connection.execute("create extension pg_trgm")
            superuser = connection.execute("select current_setting('is_superuser')").fetchone()
            assert superuser == ("off",)
        with other.connect() as connection:
            roles = connection.execute("select rolname, rolsuper from pg_roles where rolname !~ '^pg_' order by 1")
            assert roles.fetchall() == [("auditor", True), ("postgres", False)]


def test_what_migrations_do_is_allowed(server: ThrowAwayServer, hostile: psycopg.Connection[Any]) -> None:
    role = "made_by_safety_test"
    attributes = "bypassrls replication" if server.version_num >= 160000 else ""
    try:
        for statement in (
            f"create role {role} login createdb {attributes}",
            *(() if server.version_num >= 160000 else (f"grant {role} to current_user",)),
            f"grant pg_monitor, pg_read_all_data to {role}",
            "set session_replication_role = replica",
            "reset session_replication_role",
            "create schema made",
            "create table made.t (a integer primary key, b text)",
            "alter table made.t enable row level security, force row level security",
            f"create policy p on made.t to {role} using (b = current_user)",
            f"alter default privileges in schema made grant select on tables to {role}",
            f"grant create on schema made to {role}",
            f"alter table made.t owner to {role}",
            "create function made.f() returns trigger language plpgsql security definer as 'begin end'",
            "create trigger t before insert on made.t for each row execute function made.f()",
            "create publication p for table made.t",
            "create collation made.c (locale = 'C')",
            f"alter role {role} set statement_timeout = '1s'",
            "create database made_by_safety_test",
            "drop database made_by_safety_test",
        ):
            hostile.execute(statement)
    finally:
        hostile.execute("drop schema made cascade")
        hostile.execute(f"drop owned by {role}")
        hostile.execute(f"drop role {role}")
