"""A replay on a server that lives on: as in a throw-away one, and nothing of it stays."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import create_engine, text

from auditor.errors import CouldNotCheck, UsageError
from auditor.migrations.statements import split_statements
from auditor.model import Migration
from auditor.replay import shadow, shadow_server
from auditor.replay.runner import Replay, replay
from auditor.replay.server import ThrowAwayServer, throw_away_server
from auditor.replay.shadow import Shadow, look_at

Connect = Callable[..., psycopg.Connection[Any]]


def history(*texts: str) -> list[Migration]:
    return [
        Migration(f"{n:03}", f"{n:03}.sql", "sql", tuple(split_statements(text, f"{n:03}.sql")))
        for n, text in enumerate(texts, start=1)
    ]


def whole_server(connection: psycopg.Connection[Any]) -> list[Any]:
    """All that a replay might leave behind on a server."""
    return [
        connection.execute(query).fetchall()
        for query in (
            "select rolname, rolsuper, rolcreaterole, rolconfig from pg_roles order by 1",
            "select datname, datdba, datacl from pg_database order by 1",
            "select roleid, member, admin_option from pg_auth_members order by 1, 2",
            "select parname, paracl from pg_parameter_acl order by 1",
            "select setdatabase, setrole from pg_db_role_setting order by 1, 2",
            "select classoid, objoid from pg_shdescription order by 1, 2",
        )
    ]


@pytest.fixture
def admin(server: ThrowAwayServer) -> Iterator[psycopg.Connection[Any]]:
    with server.connect() as connection:
        yield connection


@pytest.fixture
def found(server: ThrowAwayServer) -> Shadow:
    return look_at(server.conninfo())


@pytest.fixture
def other(admin: psycopg.Connection[Any]) -> Iterator[str]:
    """A role that the server has for somebody else."""
    name = f"other_{secrets.token_hex(4)}"
    admin.execute(f"create role {name} login")
    yield name
    admin.execute(f"drop owned by {name}; drop role {name}")


def run(found: Shadow, *texts: str) -> Replay:
    with shadow_server.shadow_server(found) as server:
        return replay(history(*texts), server)


# Running


def test_a_replay_is_as_in_a_throw_away_server(server: ThrowAwayServer, found: Shadow) -> None:
    texts = (
        "create table t (id int primary key, note text)",
        "create function f() returns trigger language plpgsql as 'begin return new; end'",
        "create trigger g before insert on t for each row execute function f()",
        "alter table t drop column note; alter table t disable trigger g;",
    )
    on_shadow = run(found, *texts)
    thrown_away = replay(history(*texts), server)
    server.drop_database(thrown_away.database)
    assert on_shadow.error is None
    assert [step.recorded for step in on_shadow.steps] == [step.recorded for step in thrown_away.steps]
    assert on_shadow.server_version_num == server.version_num
    with server.connect() as connection:
        connection.execute(f"drop owned by {thrown_away.owner}; drop role {thrown_away.owner}")


def test_the_database_is_like_that_of_the_throw_away_server(found: Shadow) -> None:
    query = "select pg_encoding_to_char(encoding), datcollate, datctype from pg_database where datname = %s"
    with shadow_server.shadow_server(found) as shadowing, shadowing.connect(shadowing.create_database()) as inside:
        assert inside.execute(query, [inside.info.dbname]).fetchone() == ("UTF8", "C", "C")
        assert inside.execute("show search_path").fetchone() == ("pg_catalog",)


def test_the_migrations_do_not_run_as_superuser(found: Shadow) -> None:
    done = run(found, "create table t (); copy t to program 'touch /tmp/reached'")
    assert done.error is not None
    assert done.error.sqlstate == "42501"
    assert done.steps[0].as_superuser == ()


def test_what_may_be_run_as_superuser_is(found: Shadow) -> None:
    done = run(found, "create publication p for all tables")
    assert done.error is None
    assert done.steps[0].as_superuser == (1,)


# Nothing stays

GREEDY = """
create role {made} createrole createdb;
create role {made}_too in role {made};
alter role {made} set search_path = public;
comment on role {made} is 'made by a migration';
create table t (id int);
grant select on t to {made};
alter default privileges grant select on tables to {made};
grant pg_monitor to {made};
set role {made};
create role {made}_third;
reset role;
alter table t owner to {made}_absent;
"""


def test_nothing_stays(admin: psycopg.Connection[Any], found: Shadow) -> None:
    before = whole_server(admin)
    made = f"made_{secrets.token_hex(4)}"
    done = run(
        found,
        GREEDY.format(made=made),
        f"create database {made}_db",
        f"alter database {made}_db is_template true",
        "do $$ begin execute format('comment on database %I is ''x''', current_database()); end $$",
    )
    assert done.error is None, done.error
    assert {str(each.object) for each in done.steps[0].recorded} >= {f"role {made}", f"role {made}_third"}
    assert [each.name for each in done.supplied] == [f"{made}_absent"]
    assert whole_server(admin) == before


def test_what_was_given_to_others_is_taken_back(admin: psycopg.Connection[Any], found: Shadow, other: str) -> None:
    before = whole_server(admin)
    done = run(found, f"create table t (); grant select on t to {other}; grant pg_monitor to {other}")
    assert done.error is None
    assert whole_server(admin) == before


@pytest.mark.parametrize("failing", [KeyboardInterrupt, CouldNotCheck, RuntimeError])
def test_nothing_stays_whatever_ends_the_replay(
    admin: psycopg.Connection[Any], found: Shadow, failing: type[BaseException]
) -> None:
    before = whole_server(admin)
    sessions: list[psycopg.Connection[Any]] = []

    def broken() -> None:
        with shadow_server.shadow_server(found) as shadowing:
            name = shadowing.create_database()
            shadowing.create_owner_role(f"{name}_owner")
            sessions.append(psycopg.connect(shadowing.conninfo(name, f"{name}_owner")))
            sessions[0].execute("create temporary table t ()")
            raise failing

    with pytest.raises(failing):
        broken()
    sessions[0].close()  # it was in a transaction until here
    assert whole_server(admin) == before


def test_a_replay_that_starts_again_leaves_nothing(admin: psycopg.Connection[Any], found: Shadow) -> None:
    before = whole_server(admin)
    done = run(found, "create role made_first; create table t ()", "grant select on t to rds_superuser")
    assert done.error is None
    assert "Amazon RDS" in {each.platform for each in done.supplied}
    assert whole_server(admin) == before


def test_no_database_of_others_is_taken_for_the_history_s_own(
    found: Shadow, database_name: str, connect: Connect
) -> None:
    done = run(found, "create table t ()", f"alter database {database_name} set search_path = public")
    assert done.error is not None
    done = run(found, "create table t ()", f"alter database {database_name}_absent set search_path = public")
    assert done.error is not None
    assert connect().execute("select from pg_tables where tablename = 't'").fetchall() == []


def test_a_failed_migration_leaves_nothing(admin: psycopg.Connection[Any], found: Shadow) -> None:
    before = whole_server(admin)
    done = run(found, "create role made_then_failed", "select 1 / 0")
    assert done.error is not None
    assert done.error.sqlstate == "22012"
    assert whole_server(admin) == before


def test_what_somebody_else_makes_meanwhile_stays(
    server: ThrowAwayServer, admin: psycopg.Connection[Any], found: Shadow, other: str
) -> None:
    if server.version_num < 160000:
        pytest.skip("before PostgreSQL 16 nothing tells who made a role")
    admin.execute(f"alter role {other} createrole createdb")
    with shadow_server.shadow_server(found) as shadowing:
        shadowing.create_owner_role(f"{shadowing.create_database()}_owner")
        with server.connect(user=other) as theirs:
            theirs.execute(f"create role {other}_s")
            theirs.execute(f"create database {other}_s")
    left = admin.execute("select datname from pg_database where datname = %s", [f"{other}_s"]).fetchall()
    assert left == [(f"{other}_s",)]
    admin.execute(f"drop database {other}_s")
    admin.execute(f"drop role {other}_s")  # which fails if it is not there


def test_only_databases_that_it_made_are_dropped(found: Shadow, database_name: str, connect: Connect) -> None:
    with shadow_server.shadow_server(found) as shadowing:
        shadowing.drop_database(database_name)
        own = shadowing.create_database(database_name)
        assert re.fullmatch("auditor_shadow_[0-9a-f]{16}", own)
    assert connect().execute("select 1").fetchone() == (1,)


def test_what_cannot_be_dropped_is_named(
    admin: psycopg.Connection[Any], found: Shadow, monkeypatch: pytest.MonkeyPatch
) -> None:
    warnings: list[str] = []
    monkeypatch.setattr(shadow_server.log, "warning", lambda text, *parts: warnings.append(text % parts))
    before = whole_server(admin)
    holder = f"made_{secrets.token_hex(4)}"
    with shadow_server.shadow_server(found) as shadowing:
        shadowing.create_owner_role(f"{shadowing.create_database()}_owner")
        admin.execute(
            f"create role {holder}; create table public.held (); alter table public.held owner to {holder}"
        )
    (warning,) = warnings
    assert f"drop it by hand: role {holder} (role" in warning
    admin.execute(f"drop table public.held; drop role {holder}")
    assert whole_server(admin) == before


# Other replays


def test_replays_wait_for_each_other(found: Shadow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shadow_server, "PATIENCE", 0.3)
    with shadow_server.shadow_server(found), pytest.raises(CouldNotCheck, match="another replay has been running"):
        run(found, "select 1")
    assert run(found, "select 1").error is None


def test_what_a_killed_replay_left_is_named_after_a_day_and_never_dropped(
    server: ThrowAwayServer, admin: psycopg.Connection[Any]
) -> None:
    old, young = "auditor_shadow_00000000000000aa", "auditor_shadow_00000000000000bb"
    for name in (old, young):
        server.create_database(name)
    try:
        data, oid = admin.execute(
            "select current_setting('data_directory'), oid from pg_database where datname = %s", [old]
        ).fetchone() or ("", 0)
        file = Path(data, "base", str(oid), "PG_VERSION")
        day_before_yesterday = file.stat().st_mtime - 2 * 86_400
        os.utime(file, (day_before_yesterday, day_before_yesterday))
        found = look_at(server.conninfo())
        assert found.left_over == (old,)
        assert [note for note in found.notes if old in note and "dropped by hand" in note]
        assert run(found, "select 1").error is None
        assert look_at(server.conninfo()).left_over == (old,)
    finally:
        for name in (old, young):
            server.drop_database(name)


# Roles of others


def test_no_way_into_roles_of_others(server: ThrowAwayServer, found: Shadow, other: str) -> None:
    done = run(found, f"set role {other}")
    assert done.error is not None
    assert done.error.sqlstate == "42501"
    assert done.supplied == ()
    if server.version_num >= 160000:
        for attempt in (f"grant {other} to current_user", f"alter role {other} login", f"drop role {other}"):
            refused = run(found, attempt).error
            assert refused is not None, attempt
            assert refused.sqlstate == "42501", attempt


def test_objects_can_be_handed_to_roles_of_others(found: Shadow, other: str) -> None:
    assert run(found, f"create table t (); alter table t owner to {other}").error is None


def test_a_role_that_is_there_already_is_explained(found: Shadow, other: str) -> None:
    done = run(found, f"create role {other}")
    assert done.error is not None
    assert "the shadow server" in done.error.hint
    assert "roles belong to a whole server" in done.error.hint


def test_an_extension_that_is_not_there_is_explained(found: Shadow) -> None:
    done = run(found, "create extension dblink")
    assert done.error is not None
    assert "trusted = true" in done.error.hint


def test_the_role_cannot_disturb_others(server: ThrowAwayServer, found: Shadow, other: str) -> None:
    if server.version_num < 160000:
        pytest.skip("before PostgreSQL 16 whoever may create roles may grant each that is not superuser")
    for role in ("pg_signal_backend", "pg_checkpoint", "pg_execute_server_program"):
        refused = run(found, f"grant {role} to {other}").error
        assert refused is not None
        assert refused.sqlstate == "42501"
    with server.connect(user=other) as theirs:
        refused = run(found, f"select pg_terminate_backend({theirs.info.backend_pid})").error
        assert refused is not None
        assert theirs.execute("select 1").fetchone() == (1,)


# Refused


def test_a_role_that_is_not_superuser_is_refused(
    server: ThrowAwayServer, admin: psycopg.Connection[Any], other: str
) -> None:
    with pytest.raises(CouldNotCheck) as refused:
        look_at(server.conninfo(user=other))
    assert f"role {other} of the shadow server" in str(refused.value)
    assert "is not superuser and may not create databases (CREATEDB)" in str(refused.value)
    admin.execute(f"alter role {other} createdb createrole")
    with pytest.raises(CouldNotCheck, match=r"is not superuser: .* event triggers"):
        look_at(server.conninfo(user=other))


@pytest.mark.parametrize("bound", ["OLDEST_MAJOR", "NEWEST_MAJOR"])
def test_other_versions_are_refused(server: ThrowAwayServer, monkeypatch: pytest.MonkeyPatch, bound: str) -> None:
    major = server.version_num // 10_000
    monkeypatch.setattr(shadow, bound, major + 1 if bound == "OLDEST_MAJOR" else major - 1)
    with pytest.raises(CouldNotCheck, match=f"runs PostgreSQL {major}; replays run on"):
        look_at(server.conninfo())


def test_a_server_that_is_not_there() -> None:
    with pytest.raises(CouldNotCheck) as refused:
        look_at("postgresql://u:pa55-word@127.0.0.1:1/db")
    assert str(refused.value).startswith("shadow server: cannot connect to database db on 127.0.0.1:1 as user u")
    assert "pa55-word" not in str(refused.value)


def test_a_url_that_is_none() -> None:
    with pytest.raises(UsageError):
        look_at("mysql://u:pa55-word@h/db")


# Passwords


@pytest.fixture(scope="module")
def guarded(server: ThrowAwayServer) -> Iterator[ThrowAwayServer]:
    """A server that asks everybody but `postgres` for a password."""
    with throw_away_server(server.installation) as running:
        with running.connect() as connection:
            connection.execute("create role boss superuser login password 'pa55-word'")
        _only_let_in(running, "local all postgres trust", "local all all scram-sha-256")
        yield running


def _only_let_in(running: ThrowAwayServer, *lines: str) -> None:
    with running.connect() as connection:
        (file,) = connection.execute("show hba_file").fetchone() or ("",)
        Path(file).write_text("".join(f"{line}\n" for line in lines))
        connection.execute("select pg_reload_conf()")
        # The reload is not instantaneous; the view shows the file, a new session what is in force.
    for _ in range(200):
        try:
            running.connect(user="boss").close()
        except CouldNotCheck:
            return
    raise AssertionError("pg_hba.conf was not read again")


def _url(running: ThrowAwayServer) -> str:
    return f"postgresql://boss:pa55-word@/postgres?host={running.directory}"


def test_with_passwords(guarded: ThrowAwayServer, monkeypatch: pytest.MonkeyPatch) -> None:
    found = look_at(_url(guarded))
    for name, value in {"PGHOSTADDR": "192.0.2.1", "PGOPTIONS": "-c work_mem=1", "PGPASSWORD": "wrong"}.items():
        monkeypatch.setenv(name, value)
    with shadow_server.shadow_server(found) as shadowing:
        name = shadowing.create_database()
        owner = f"{name}_owner"
        shadowing.create_owner_role(owner)
        with psycopg.connect(shadowing.conninfo(name, owner)) as connection:
            assert connection.execute("select current_user, current_database()").fetchone() == (owner, name)
        monkeypatch.undo()
        engine = create_engine(shadowing.sqlalchemy_url(name, owner))
        with engine.connect() as alchemy:
            assert alchemy.execute(text("select current_user")).scalar_one() == owner
        engine.dispose()
    done = run(found, "create role with_password password 'x'; create table t ()")
    assert done.error is None
    assert "password" not in repr(done).replace("with_password", "")
    assert "pa55-word" not in repr(found) + found.name + "".join(found.notes) + found.build


def test_a_password_from_the_environment(guarded: ThrowAwayServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPASSWORD", "pa55-word")
    assert run(look_at(_url(guarded).replace(":pa55-word", "")), "create table t ()").error is None


def test_a_wrong_password_is_not_shown(guarded: ThrowAwayServer) -> None:
    with pytest.raises(CouldNotCheck, match="password authentication failed") as refused:
        look_at(_url(guarded).replace("pa55", "not-pa55"))
    assert "pa55" not in str(refused.value)


def test_a_server_that_lets_in_but_a_few(guarded: ThrowAwayServer) -> None:
    with guarded.connect() as connection:
        before = whole_server(connection)
        connection.execute("alter role boss password null")
    _only_let_in(guarded, "local all postgres trust", "local all boss scram-sha-256")
    with guarded.connect() as connection:
        connection.execute("alter role boss password 'pa55-word'")
    with pytest.raises(CouldNotCheck, match=r"does not let in the role .*pg_hba\.conf"):
        run(look_at(_url(guarded)), "select 1")
    with guarded.connect() as connection:
        assert whole_server(connection) == before
