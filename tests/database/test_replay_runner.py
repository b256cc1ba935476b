"""A history is run as its tool would run it, nothing of it reaches the machine, and what fails is told exactly."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from auditor.errors import CouldNotCheck
from auditor.migrations.statements import split_statements
from auditor.model import Migration, ObjectId
from auditor.replay.runner import Prelude, Replay, discard, replay, replay_cache_key
from auditor.replay.server import ThrowAwayServer, throw_away_server

Run = Callable[..., Replay]


def history(*texts: str, **options: Any) -> list[Migration]:
    """One migration for each text, each a file of its own."""
    return [
        Migration(
            f"{n:03}",
            f"{n:03}.sql",
            statements=tuple(split_statements(text, f"{n:03}.sql")),
            **{"layout": "sql", **options},
        )
        for n, text in enumerate(texts, start=1)
    ]


@pytest.fixture
def run(server: ThrowAwayServer) -> Iterator[Run]:
    """Replays texts or migrations; what a replay leaves on the server is taken away after the test."""
    done: list[Replay] = []

    def run(*texts: str | Migration, **options: Any) -> Replay:
        migrations = [text for text in texts if isinstance(text, Migration)]
        migrations = migrations or history(*(text for text in texts if isinstance(text, str)))
        done.append(replay(migrations, server, **options))
        return done[-1]

    yield run
    for one in done:
        discard(one, server)


def made(replayed: Replay, step: int = -1) -> set[str]:
    return {str(each.object) for each in replayed.steps[step].recorded if each.action == "create"}


def test_a_history(run: Run, connect: Callable[..., psycopg.Connection[Any]]) -> None:
    done = run("create table t (id int)", "create view v as select 1 as one; drop table t;")
    assert done.error is None
    assert [step.migration for step in done.steps] == ["001", "002"]
    assert made(done, 0) == {"table public.t", "table column public.t.id"}
    assert made(done, 1) == {"view public.v", "view column public.v.one"}
    assert set(done.objects) - done.baseline == {
        ObjectId("view", "public.v"),
        ObjectId("view column", "public.v.one"),
    }
    with connect(done.conninfo) as connection:
        assert connection.execute("select one from v").fetchall() == [(1,)]
        superuser = connection.execute("select rolsuper from pg_roles where rolname = current_user").fetchone()
        assert superuser == (False,)
        left = connection.execute("select from pg_namespace where nspname ~ '^auditor'").fetchall()
        assert left == []


def test_nothing_to_run(run: Run) -> None:
    assert run().steps == ()


def test_one_transaction_for_each_migration(run: Run) -> None:
    done = run(
        "create table t ()", "create table u ();\n\n  create table t ();\ncreate table v ()", "create table w ()"
    )
    assert made(done, 0) == {"table public.t"}
    assert done.steps[1].recorded == ()
    assert done.not_replayed == ("003",)
    assert done.error is not None
    assert str(done.error) == '002.sql:3:3: relation "t" already exists (SQLSTATE 42P07)'
    assert done.error.statement == 2


def test_an_error_points_into_the_statement(run: Run) -> None:
    done = run("select 1;\nselect 'ä',\n   1 + nothing;")
    assert str(done.error) == '001.sql:3:8: column "nothing" does not exist (SQLSTATE 42703)'


def test_a_syntax_error(run: Run) -> None:
    done = run("create table t (id int);\ncreate tabel u ();")
    assert str(done.error) == '001.sql:2:8: syntax error at or near "tabel" (SQLSTATE 42601)'


def test_statements_that_cannot_run_in_a_transaction(run: Run) -> None:
    done = run(
        "create table t (id int); create index concurrently i on t (id); vacuum t;",
        "create type mood as enum ('a'); create table m (x mood default 'a')",
        "alter type mood add value 'b'; insert into m values ('b');",
    )
    assert done.error is None
    assert [step.in_transaction for step in done.steps] == [False, True, False]
    assert made(done, 0) == {"table public.t", "table column public.t.id", "index public.i"}
    assert [each.details for each in done.steps[2].recorded] == [("labels",)]


def test_transactions_of_its_own(run: Run) -> None:
    done = run(
        "begin; create table t (); commit; create table u ();"
        "begin; create table v (); rollback; begin; create table w ()"
    )
    assert done.error is None
    assert not done.steps[0].in_transaction
    assert made(done) == {"table public.t", "table public.u", "table public.w"}


def test_what_was_committed_before_an_error_is_recorded(run: Run) -> None:
    done = run(
        *history("create table t (); begin; create table u (); select nothing; commit", transactional=False)
    )
    assert done.error is not None
    assert done.error.statement == 4
    assert made(done) == {"table public.t"}
    assert set(done.objects) - done.baseline == {ObjectId("table", "public.t")}


def test_the_end_of_a_migration_may_fail(run: Run) -> None:
    done = run(
        "create table t (id int primary key, other int references t deferrable initially deferred)",
        "insert into t values (1, 2)",
    )
    assert done.error is not None
    assert done.error.statement is None
    assert done.error.sqlstate == "23503"


def test_settings_do_not_outlive_their_migration(run: Run) -> None:
    done = run(
        "create schema s; set search_path = s; create table t (); create temp table scratch ()",
        "create table t (); create temp table scratch ()",
    )
    assert done.error is None
    assert made(done) == {"table public.t"}


def test_defaults_of_the_database_hold_from_the_next_migration_on(run: Run) -> None:
    done = run(
        "create schema s;"
        "do $$ begin execute format('alter database %I set search_path = s', current_database()); end $$",
        "create table t ()",
    )
    assert made(done) == {"table s.t"}


def test_copy_with_its_data(run: Run, connect: Callable[..., psycopg.Connection[Any]]) -> None:
    done = run("create table t (a int, b text);\ncopy t from stdin;\n1\tä\n2\t\\N\n\\.\nselect 1;")
    assert done.error is None
    with connect(done.conninfo) as connection:
        assert connection.execute("select * from t").fetchall() == [(1, "ä"), (2, None)]


def test_commands_of_psql_are_left_out(run: Run) -> None:
    done = run("\\echo hello\ncreate table t ();\n\\i other.sql\ncreate table u ();")
    assert done.error is None
    assert made(done) == {"table public.t", "table public.u"}
    assert done.steps[0].skipped == (3,)


def test_a_missing_role_is_supplied_once_and_named(run: Run) -> None:
    done = run(
        "create table t (); grant select on t to runner_test_web; alter table t owner to runner_test_app;",
        "create policy p on t to runner_test_web using (true); create schema s authorization runner_test_app",
    )
    assert done.error is None
    assert [(one.kind, one.name) for one in done.supplied] == [
        ("role", "runner_test_web"),
        ("role", "runner_test_app"),
    ]
    assert [len(step.supplied) for step in done.steps] == [2, 0]
    assert not {str(each.object) for step in done.steps for each in step.recorded if each.object.kind == "role"}
    assert ObjectId("role", "runner_test_web") in done.baseline


def test_roles_of_the_history_are_its_own(run: Run, connect: Callable[..., psycopg.Connection[Any]]) -> None:
    done = run(
        'create role runner_test_owner; create role "Runner Test"; grant runner_test_owner to "Runner Test";'
        "create table t (); alter table t owner to runner_test_owner; set role runner_test_owner; reset role;"
    )
    assert done.error is None
    assert done.supplied == ()
    assert {"role runner_test_owner", 'role "Runner Test"'} <= made(done)


def test_what_needs_a_superuser_and_is_harmless(run: Run) -> None:
    done = run(
        "create function f() returns event_trigger language plpgsql as 'begin end';"
        "create event trigger e on ddl_command_end execute function f();"
        "comment on event trigger e is 'x'; drop event trigger e;"
        "create publication p for all tables; comment on publication p is 'y';"
    )
    assert done.error is None
    assert done.steps[0].as_superuser == (2, 3, 4, 5, 6)
    assert made(done) == {"function public.f()", "publication p"}


FUNCTION = "create function f() returns int language sql security definer as 'select 1';"
EVENT_FUNCTION = "create function f() returns event_trigger language plpgsql as 'begin end';"
REFUSED = [
    "copy (select 1) to program 'true'",
    "copy (select 1) to '/tmp/auditor-test'",
    "select pg_read_file('/etc/passwd')",
    "alter system set fsync = on",
    "create function f() returns int language c as '/tmp/x.so', 'f'",
    "create function f(text) returns text language internal as 'pg_read_file'",
    "create role runner_test_root superuser",
    "grant pg_execute_server_program to current_user",
    "alter event trigger auditor_recorder_drop disable",
    "alter table pg_catalog.auditor_recorder_secret owner to current_user",
    "create role runner_test_thief; alter schema information_schema owner to runner_test_thief",
    "create role runner_test_thief; alter function pg_catalog.pg_read_file(text) owner to runner_test_thief",
    "alter function pg_catalog.pg_read_file(text) owner to current_user",
    "select pg_catalog.auditor_recorder_run_as_superuser('x', 'alter role me superuser', 'event trigger')",
    "select pg_catalog.auditor_recorder_privileged_objects()",
    FUNCTION + "alter function f() owner to postgres",
    FUNCTION + "alter function f() owner to pg_execute_server_program",
]


@pytest.mark.parametrize("text", REFUSED)
def test_what_reaches_the_machine_is_refused(run: Run, text: str) -> None:
    done = run(text)
    assert done.error is not None
    assert done.error.sqlstate == "42501"


def test_no_event_trigger_at_login(run: Run) -> None:
    done = run(EVENT_FUNCTION + "create event trigger e on login execute function f()")
    assert done.error is not None
    assert done.error.sqlstate == "42501"


def test_owners(run: Run, connect: Callable[..., psycopg.Connection[Any]]) -> None:
    done = run(
        "create table t (id serial); create schema s; create type s.mood as enum ('a');"
        "create view s.v as select 1;"
        "create function s.f(s.mood) returns int language sql as 'select 1';"
        "alter table t owner to runner_test_heir; alter schema s owner to runner_test_heir;"
        "alter type s.mood owner to runner_test_heir; alter view s.v owner to runner_test_heir;"
        "alter function s.f owner to runner_test_heir; alter table t owner to current_user;"
    )
    assert done.error is None
    with connect(done.conninfo) as connection:
        rows = connection.execute(
            "select proowner::regrole::text from pg_proc where proname = 'f'"
            " union all select relowner::regrole::text from pg_class where relname in ('v')"
        ).fetchall()
    assert rows == [("runner_test_heir",), ("runner_test_heir",)]


def test_an_event_trigger_never_runs_as_superuser(
    run: Run, connect: Callable[..., psycopg.Connection[Any]]
) -> None:
    evil = (
        "create table seen (who text, super bool);"
        "create function f() returns event_trigger language plpgsql as $$ begin"
        " insert into public.seen"
        " select current_user, rolsuper from pg_roles where rolname = current_user; end $$;"
        "create event trigger e on ddl_command_end execute function f();"
    )
    done = run(evil + "create table t ();", "create publication p for all tables")
    assert done.steps[0].error is None
    assert done.steps[1].error is not None
    assert done.steps[1].error.sqlstate == "42501"
    with connect(done.conninfo) as connection:
        assert connection.execute("select distinct super from seen").fetchall() == [(False,)]
    again = run(evil + "create publication p for all tables;")
    assert again.error is not None


def test_a_statement_that_does_not_end(run: Run) -> None:
    done = run("create table t ()", "select pg_sleep(60)", timeout=0.3)
    assert done.error is not None
    assert done.error.sqlstate == "57014"
    assert set(done.objects) - done.baseline == {ObjectId("table", "public.t")}


def test_a_statement_that_will_not_be_stopped(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("auditor.replay.session._GRACE", 0.2)
    done = run(
        "set statement_timeout = 0;"
        "do $$ begin loop"
        " begin perform pg_sleep(60); exception when query_canceled then null; end;"
        " end loop; end $$",
        timeout=0.2,
    )
    assert done.error is not None
    assert done.error.sqlstate == "08006"
    assert done.error.statement == 2


def test_many_rows_are_not_kept(run: Run) -> None:
    done = run("select repeat('x', 100000) from generate_series(1, 3000)")
    assert done.error is None


def test_prelude(run: Run) -> None:
    done = run(
        "create table t (id int references auth.users)",
        prelude=Prelude("create schema auth; create table auth.users (id int primary key)"),
    )
    assert done.error is None
    assert ObjectId("table", "auth.users") in done.baseline
    assert "table public.t" in made(done)
    with pytest.raises(CouldNotCheck, match=r"prelude:1:1: .*nonsense"):
        run("select 1", prelude=Prelude("nonsense"))


def test_a_full_disk_is_no_defect(run: Run, server: ThrowAwayServer, monkeypatch: pytest.MonkeyPatch) -> None:
    def create_database(*_: object, **__: object) -> str:
        raise psycopg.errors.DiskFull("could not write to file: No space left on device")

    monkeypatch.setattr(server, "create_database", create_database)
    with pytest.raises(CouldNotCheck, match="has no room: could not write"):
        run("select 1")


def test_the_ledger_of_alembic(run: Run, connect: Callable[..., psycopg.Connection[Any]]) -> None:
    one, two = history("create table t ()", "create table u ()")
    revisions = [Migration(m.id, m.file, "alembic", m.statements) for m in (one, two)]
    done = run(*revisions)
    assert ObjectId("table", "public.alembic_version") in done.baseline
    assert made(done) == {"table public.u"}
    with connect(done.conninfo) as connection:
        assert connection.execute("select version_num from alembic_version").fetchall() == [("002",)]


def test_a_revision_that_cannot_be_read(run: Run) -> None:
    done = run(Migration("001", "001.py", "alembic", (), line=7, unreadable="upgrade() reads rows"))
    assert str(done.error) == "001.py:7:1: it cannot be run: upgrade() reads rows"


def test_a_revision_that_reads_rows_is_run_by_alembic(run: Run, tmp_path: Path) -> None:
    versions = tmp_path / "migrations" / "versions"
    versions.mkdir(parents=True)
    (tmp_path / "migrations" / "env.py").write_text("raise AssertionError('env.py is not run')\n")
    (tmp_path / "alembic.ini").write_text("[alembic]\nscript_location = migrations\n")
    (versions / "001_read.py").write_text(
        "import sqlalchemy as sa\nfrom alembic import op\nrevision = '001'\ndown_revision = None\n"
        "def upgrade():\n"
        "    one = op.get_bind().execute(sa.text('select 1')).scalar()\n"
        "    op.create_table(f'made_{one}', sa.Column('id', sa.Integer))\n"
        "    op.execute('grant select on made_1 to runner_test_reader')\n"
    )
    revision = Migration(
        "001", "migrations/versions/001_read.py", "alembic", (), unreadable="upgrade() reads rows"
    )
    done = run(revision, root=tmp_path)
    assert done.error is None
    assert "table public.made_1" in made(done)
    captured = done.steps[0].captured
    assert captured is not None
    assert any("made_1" in statement.text and statement.line == 7 for statement in captured)
    assert [one.name for one in done.supplied] == ["runner_test_reader"]


def test_the_key_of_a_replay_depends_on_what_it_depends_on() -> None:
    first, second = history("create table t ()", "create table u ()")
    key = replay_cache_key([first, second], "18.1")
    assert key == replay_cache_key([first, second], "18.1")
    others = [
        replay_cache_key([second, first], "18.1"),
        replay_cache_key([first], "18.1"),
        replay_cache_key([first, second], "18.2"),
        replay_cache_key([first, second], "18.1", prelude=Prelude("select 1")),
        replay_cache_key([first, *history("create table u();")], "18.1"),
    ]
    assert len({key, *others}) == 6


def test_nothing_stays_on_the_server(server: ThrowAwayServer) -> None:
    done = replay(
        history("create role runner_test_gone; create table t (); grant select on t to runner_test_stub"), server
    )
    discard(done, server)
    with server.connect() as connection:
        roles = connection.execute(
            "select rolname from pg_roles where rolname in ('runner_test_gone', 'runner_test_stub', %s)",
            [done.owner],
        ).fetchall()
        databases = connection.execute("select from pg_database where datname = %s", [done.database]).fetchall()
    assert roles == []
    assert databases == []


def test_the_owner_may_be_called_postgres() -> None:
    with throw_away_server(superuser="auditor") as server:
        done = replay(
            history("create table t (); alter table t owner to postgres; create schema s authorization postgres"),
            server,
            owner="postgres",
        )
    assert done.error is None
    assert done.owner == "postgres"
    assert done.steps[0].as_superuser == ()


def test_a_search_path_of_the_migrations_own(run: Run) -> None:
    """Schemas that no migration makes are there beforehand, as a tool makes its own."""
    path = ("tool's", "app", "public")
    texts = (
        "create schema app; create table t (id int)",
        "set search_path to app; create table u ()",
        "create view v as select from t",
    )
    done = run(*history(*texts, search_path=path))
    assert done.error is None
    assert made(done, 0) == {"schema app", 'table "tool\'s".t', 'table column "tool\'s".t.id'}
    assert made(done, 1) == {"table app.u"}
    assert made(done, 2) == {'view "tool\'s".v'}
    assert [(one.kind, one.name) for one in done.supplied] == [("schema", '"tool\'s"')]
    keys = {replay_cache_key(history("select 1", search_path=one), "18") for one in (None, ("a",), ("b",))}
    assert len(keys) == 3


def test_what_could_be_read_of_a_migration_that_is_a_program(run: Run) -> None:
    done = run(*history("create table t ()", layout="django", unreadable="RunPython(f) runs Python code"))
    assert done.error is None
    assert made(done) == {"table public.t"}
