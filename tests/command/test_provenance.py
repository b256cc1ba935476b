"""Which transaction last wrote an object: databases that real tools migrated, and people patched by hand."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner

from auditor.cli import main
from auditor.replay.server import ThrowAwayServer

pytestmark = pytest.mark.usefixtures("one_replay_server")

Connect = Callable[..., psycopg.Connection[Any]]

CONFIG = """
version: 1
migrations: [{path: migrations}]
classes: {core: [table public.*, function public.*], infra: [schema *]}
"""
F = "CREATE OR REPLACE FUNCTION public.{name}() RETURNS integer LANGUAGE sql AS $$ SELECT {value} $$"
STEPS = {
    "1": "CREATE TABLE public.jobs (id bigint PRIMARY KEY, key text)",
    "2": f"{F.format(name='f', value=2)};\n{F.format(name='g', value=2)}",
    "3": "CREATE INDEX jobs_key ON public.jobs (key)",
    "4": F.format(name="g", value=4),
}
PATCH = F.format(name="f", value=99)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "migrations").mkdir()
    (tmp_path / "classifications.yaml").write_text(CONFIG)
    return tmp_path


def told(project: Path, database: str, *args: str) -> dict[str, Any]:
    config = str(project / "classifications.yaml")
    result = CliRunner().invoke(
        main, ["forensics", "provenance", *args, "--config", config, "--db", database, "--format", "json"]
    )
    assert result.exit_code == 0, result.stderr
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def transactions(found: dict[str, Any]) -> dict[str, tuple[str, str | None, str | None, str | None]]:
    """Identity -> relation, migration, after, before."""
    return {
        one["identity"]: tuple(one["transaction"][name] for name in ("relation", "migration", "after", "before"))
        for one in found["objects"]
    }  # type: ignore[misc]


# Ledgers as tools keep them, each migration and its row in one transaction


def ledger(connection: psycopg.Connection[Any], table: str, columns: str, values: str) -> Callable[[str], None]:
    connection.execute(f"create table {table} ({columns})")

    def apply(number: str) -> None:
        with connection.transaction():
            connection.execute(STEPS[number])
            connection.execute(f"insert into {table} values ({values.format(number)})")

    return apply


@pytest.fixture
def dbmate_like(project: Path, connect: Connect) -> Callable[[str], None]:
    for number, text in STEPS.items():
        (project / "migrations" / f"{number}_step.sql").write_text(f"-- migrate:up\n{text};\n")
    return ledger(connect(), "schema_migrations", "version varchar primary key", "'{}'")


def test_a_patch_lies_between_two_migrations(
    project: Path, database: str, connect: Connect, dbmate_like: Callable[[str], None]
) -> None:
    connection = connect()
    for number in ("1", "2", "3"):
        dbmate_like(number)
    connection.execute(PATCH)
    dbmate_like("4")

    found = told(project, database)
    by_name = transactions(found)
    assert by_name["public.f()"] == ("between", None, "3", "4")
    assert by_name["public.g()"] == ("migration", "4", None, None)
    assert by_name["jobs_pkey on public.jobs"] == ("migration", "1", None, None)
    assert by_name["public.jobs_key"] == ("migration", "3", None, None)
    assert found["summary"]["between"] == 1
    assert found["ledger"] | {"doubt": None} == found["ledger"]
    assert [one["as_history"] for one in found["objects"] if one["identity"] == "public.f()"] == [False]

    connection.execute("alter table jobs add column by_hand int")
    by_name = transactions(told(project, database, "--out-of-band"))
    assert by_name["public.jobs.by_hand"] == ("between", None, "4", None)
    assert by_name["public.jobs"] == ("between", None, "4", None)
    assert "public.g()" not in by_name

    blamed = CliRunner().invoke(
        main,
        ["forensics", "blame", "public.f()", "--db", database, "--config", str(project / "classifications.yaml")],
    )
    assert "a version that no migration wrote" in blamed.stdout
    assert "by no migration, after 3 and before 4" in blamed.stdout


def test_freezing_forgets_nothing_in_the_first_round(
    project: Path, database: str, connect: Connect, dbmate_like: Callable[[str], None]
) -> None:
    connection = connect()
    for number in ("1", "2"):
        dbmate_like(number)
    connection.execute(PATCH)
    for number in ("3", "4"):
        dbmate_like(number)
    connection.execute("vacuum freeze")
    by_name = transactions(told(project, database))
    assert by_name["public.f()"] == ("between", None, "2", "3")
    assert by_name["public.g()"] == ("migration", "4", None, None)


def test_a_rewritten_table_is_said_to_be_as_the_history_says(
    project: Path, database: str, connect: Connect, dbmate_like: Callable[[str], None]
) -> None:
    for number in STEPS:
        dbmate_like(number)
    connect().execute("vacuum full jobs")
    found = told(project, database, "table public.jobs")
    (one,) = found["objects"]
    assert one["transaction"]["relation"] == "between"
    assert "VACUUM FULL" in one["transaction"]["reason"]
    assert one["as_history"] is True


def test_a_restored_database_is_not_dated(
    project: Path, database: str, connect: Connect, server: ThrowAwayServer, dbmate_like: Callable[[str], None]
) -> None:
    for number in STEPS:
        dbmate_like(number)
    dump = Path(server.installation.bindir) / "pg_dump"
    if not dump.is_file():
        pytest.skip("these binaries have no pg_dump")
    script = subprocess.run(
        [dump, "--no-owner", "--inserts", database], capture_output=True, text=True, check=True
    )
    restored = server.create_database()
    try:
        with connect(server.conninfo(restored)) as connection:
            text = "\n".join(line for line in script.stdout.splitlines() if not line.startswith("\\"))
            for statement in text.split(";\n"):
                connection.execute(statement)
        found = told(project, server.conninfo(restored))
        assert {one["transaction"]["relation"] for one in found["objects"]} == {"unknown"}
        assert "restored or upgraded" in found["ledger"]["doubt"]
        assert found["ledger"]["trusted_from"] is None

        # What comes after the restore can be dated again.
        (project / "migrations" / "5_step.sql").write_text(f"-- migrate:up\n{F.format(name='h', value=5)};\n")
        with connect(server.conninfo(restored)) as connection:
            with connection.transaction():
                connection.execute(F.format(name="h", value=5))
                connection.execute("insert into public.schema_migrations values ('5')")
            connection.execute(PATCH)
        by_name = transactions(told(project, server.conninfo(restored)))
        assert by_name["public.h()"] == ("migration", "5", None, None)
        assert by_name["public.f()"] == ("between", None, "5", None)
        assert by_name["public.g()"][0] == "unknown"
    finally:
        server.drop_database(restored)


def test_an_upgraded_cluster_is_not_dated(
    project: Path, database: str, connect: Connect, dbmate_like: Callable[[str], None]
) -> None:
    """pg_upgrade keeps the rows of tables as they are, and makes those of the catalog anew."""
    connection = connect()
    for number in STEPS:
        connection.execute(f"insert into schema_migrations values ('{number}')")
    for text in STEPS.values():
        connection.execute(text)
    found = told(project, database)
    changed = {one["transaction"]["relation"] for one in found["objects"]}
    assert changed == {"unknown"}
    assert "restored or upgraded" in found["ledger"]["doubt"]


def test_a_row_below_a_savepoint(project: Path, database: str, connect: Connect) -> None:
    """Its id is that of a subtransaction, higher than the ledger row's."""
    nested = f"DO $do$ BEGIN {F.format(name='h', value=5)}; EXCEPTION WHEN duplicate_object THEN NULL; END $do$"
    steps = STEPS | {"5": nested}
    for number, text in steps.items():
        (project / "migrations" / f"{number}_step.sql").write_text(f"-- migrate:up\n{text};\n")
    connection = connect()
    connection.execute("create table schema_migrations (version varchar primary key)")
    for number, text in steps.items():
        with connection.transaction():
            connection.execute(f"insert into schema_migrations values ('{number}')")
            connection.execute(text)
    assert transactions(told(project, database))["public.h()"][:2] == ("own", "5")
    connection.execute(F.format(name="h", value=6))
    assert transactions(told(project, database))["public.h()"] == ("between", None, "5", None)


def test_a_ledger_that_may_not_be_read_is_said(
    project: Path, database: str, connect: Connect, database_name: str, dbmate_like: Callable[[str], None]
) -> None:
    for number in STEPS:
        dbmate_like(number)
    role = f"{database_name}_reader"
    connect().execute(f"create role {role} login")
    found = told(project, database.replace("user='postgres'", f"user='{role}'"))
    assert {one["transaction"]["relation"] for one in found["objects"]} == {"unknown"}
    assert [one for one in found["not_checked"] if "schema_migrations: the role may not read its rows" in one]
    connect().execute(f"drop role {role}")


@pytest.mark.parametrize(
    ("layout", "files", "table", "columns", "values"),
    [
        ("goose", "{}_step.sql", "goose_db_version", "version_id bigint, tstamp timestamp default now()", "{}"),
        (
            "flyway",
            "V{}__step.sql",
            "flyway_schema_history",
            "version text, checksum int, installed_on timestamp default now()",
            "'{}', 0",
        ),
        ("sqlx", "{}_step.sql", "_sqlx_migrations", "version bigint, checksum bytea", "{}, ''"),
        (
            "node-pg-migrate",
            "{}_step.sql",
            "pgmigrations",
            "name text, run_on timestamp default now()",
            "'{}_step'",
        ),
    ],
)
def test_ledgers_of_other_tools(
    project: Path, database: str, connect: Connect, layout: str, files: str, table: str, columns: str, values: str
) -> None:
    head = {"goose": "-- +goose Up\n", "node-pg-migrate": "-- Up Migration\n"}.get(layout, "")
    for number, text in STEPS.items():
        (project / "migrations" / files.format(number)).write_text(f"{head}{text};\n")
    config = CONFIG.replace("{path: migrations}", f"{{path: migrations, layout: {layout}}}")
    (project / "classifications.yaml").write_text(config)
    connection = connect()
    apply = ledger(connection, table, columns, values)
    for number in ("1", "2"):
        apply(number)
    connection.execute(PATCH)
    for number in ("3", "4"):
        apply(number)
    found = told(project, database)
    by_name = transactions(found)
    ids = [one["migration"] for one in json.loads(_classify(project))["migrations"]]
    assert by_name["public.f()"] == ("between", None, ids[1], ids[2])
    assert by_name["public.g()"] == ("migration", ids[3], None, None)
    (patched,) = [one["transaction"] for one in found["objects"] if one["identity"] == "public.f()"]
    if "now()" in columns:
        assert patched["since"] < patched["until"]


def _classify(project: Path) -> str:
    config = str(project / "classifications.yaml")
    return CliRunner().invoke(main, ["classify", "--config", config, "--format", "json"]).stdout


# The tools themselves


def test_yoyo(project: Path, server: ThrowAwayServer, database_name: str, connect: Connect) -> None:
    """It writes its row in a transaction of its own, right after the migration's."""
    yoyo = pytest.importorskip("yoyo", reason="yoyo-migrations is part of the extra `test`")
    connection = connect()
    database = server.conninfo(database_name)
    folder = project / "migrations"
    for number, text in STEPS.items():
        (folder / f"000{number}.step.sql").write_text(f"-- yoyo\n-- depends:\n{text};\n")
    host = psycopg.conninfo.conninfo_to_dict(database)["host"]
    backend = yoyo.get_backend(f"postgresql+psycopg://postgres@/{database_name}?host={host}&port=5432")

    def apply(*numbers: str) -> None:
        found = yoyo.read_migrations(str(folder))
        with backend.lock():
            backend.apply_migrations(found.filter(lambda m: m.id[3:4] in numbers))

    apply("1", "2", "3")
    connection.execute(PATCH)
    apply("4")
    backend.connection.close()
    config = CONFIG.replace("{path: migrations}", "{path: migrations, layout: yoyo}")
    (project / "classifications.yaml").write_text(config)
    by_name = transactions(told(project, database))
    assert by_name["public.f()"] == ("between", None, "0003.step", "0004.step")
    assert by_name["public.g()"] == ("own", "0004.step", "0003.step", "0004.step")
    assert by_name["public.jobs_key"] == ("own", "0003.step", "0002.step", "0003.step")


@pytest.fixture
def dbmate() -> str:
    found = os.environ.get("AUDITOR_TEST_DBMATE") or shutil.which("dbmate")
    if not found:
        pytest.skip("no dbmate: npm package `dbmate`, on the PATH or named by AUDITOR_TEST_DBMATE")
    return found


def test_dbmate(project: Path, server: ThrowAwayServer, database_name: str, connect: Connect, dbmate: str) -> None:
    database = server.conninfo(database_name)
    host = psycopg.conninfo.conninfo_to_dict(database)["host"]
    url = f"postgres://postgres@/{database_name}?host={host}&sslmode=disable"
    folder = project / "migrations"

    def apply(number: str) -> None:
        (folder / f"2024010{number}000000_step.sql").write_text(
            f"-- migrate:up\n{STEPS[number]};\n-- migrate:down\n"
        )
        subprocess.run(
            [dbmate, "--url", url, "--migrations-dir", str(folder), "--no-dump-schema", "migrate"],
            check=True,
            capture_output=True,
        )

    for number in ("1", "2"):
        apply(number)
    connect().execute(PATCH)
    for number in ("3", "4"):
        apply(number)
    by_name = transactions(told(project, database))
    assert by_name["public.f()"] == ("between", None, "20240102000000", "20240103000000")
    assert by_name["public.g()"] == ("migration", "20240104000000", None, None)


ALEMBIC = """
revision, down_revision = {revision!r}, {down!r}
from alembic import op
def upgrade():
    op.execute({text!r})
"""
ENV = """
import os, psycopg, sqlalchemy as sa
from alembic import context
engine = sa.create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(os.environ["CONNINFO"]),
                          poolclass=sa.pool.NullPool)
with engine.connect() as connection:
    context.configure(connection=connection, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()
"""


def test_alembic_keeps_one_row(project: Path, database: str, connect: Connect) -> None:
    """After the last migration it can be told, before it cannot."""
    versions = project / "migrations" / "versions"
    versions.mkdir()
    (project / "migrations" / "env.py").write_text(ENV)
    (project / "alembic.ini").write_text("[alembic]\nscript_location = migrations\n")

    def apply(*numbers: str) -> None:
        for number in numbers:
            down = str(int(number) - 1) if number != "1" else None
            text = ALEMBIC.format(revision=number, down=down, text=STEPS[number])
            (versions / f"{number}.py").write_text(text)
        subprocess.run(
            [sys.executable, "-m", "alembic", "upgrade", "head"],
            cwd=project,
            env=os.environ | {"CONNINFO": database},
            check=True,
        )

    connection = connect()
    apply("1", "2", "3")
    connection.execute(PATCH)
    apply("4")
    found = told(project, database)
    by_name = transactions(found)
    assert by_name["public.g()"] == ("migration", "4", None, None)
    assert by_name["public.f()"][0] == "unknown", "before the last migration: by 2, or by hand"
    assert found["ledger"]["last_only"] is True
    reasons = {one["transaction"]["reason"] for one in found["objects"] if one["identity"] == "public.f()"}
    assert reasons == {"the ledger keeps its last row only: the object was written before the transaction of 4"}

    connection.execute(PATCH)
    assert transactions(told(project, database))["public.f()"] == ("between", None, "4", None)


@pytest.fixture
def with_commit_times() -> Iterator[ThrowAwayServer]:
    from auditor.replay.server import throw_away_server

    with throw_away_server(settings={"track_commit_timestamp": "on"}) as server:
        yield server


def test_commit_times_date_a_patch_and_join_subtransactions(
    project: Path, with_commit_times: ThrowAwayServer
) -> None:
    nested = f"DO $do$ BEGIN {F.format(name='h', value=5)}; EXCEPTION WHEN duplicate_object THEN NULL; END $do$"
    steps = STEPS | {"5": nested}
    for number, text in steps.items():
        (project / "migrations" / f"{number}_step.sql").write_text(f"-- migrate:up\n{text};\n")
    database = with_commit_times.conninfo(with_commit_times.create_database())
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("create table schema_migrations (version varchar primary key)")
        for number, text in steps.items():
            with connection.transaction():
                connection.execute(f"insert into schema_migrations values ('{number}')")
                connection.execute(text)
            if number == "2":
                connection.execute(PATCH)
    found = told(project, database)
    by_name = transactions(found)
    assert by_name["public.h()"][:2] == ("migration", "5")
    assert by_name["public.f()"] == ("between", None, "2", "3")
    (patched,) = [one["transaction"] for one in found["objects"] if one["identity"] == "public.f()"]
    assert patched["since"] <= patched["committed_at"] <= patched["until"]


def test_a_home_made_ledger_is_read_as_the_configuration_names_it(
    project: Path, database: str, connect: Connect
) -> None:
    """Another table than the tool's, in a schema of its own; its rows name the files in their own way."""
    for number, text in STEPS.items():
        (project / "migrations" / f"000{number}_step.sql").write_text(f"{text};\n")
    connection = connect()
    connection.execute("create schema ops")
    apply = ledger(
        connection,
        "ops.applied",
        "script text, done_at timestamptz default now()",
        "'000{}_step.sql'",
    )
    for number in ("1", "2", "3"):
        apply(number)
    connection.execute(PATCH)
    apply("4")
    said = told(project, database)
    assert {one["transaction"]["relation"] for one in said["objects"]} == {"unknown"}
    assert [one for one in said["not_checked"] if one.startswith("ledger of ")]

    named = "ledger: {table: ops.applied, id_column: script, applied_at_column: done_at}\n"
    (project / "classifications.yaml").write_text(CONFIG + named)
    said = told(project, database)
    found = {one["identity"]: one["transaction"] for one in said["objects"]}
    between = found["public.f()"]
    assert (between["relation"], between["after"], between["before"]) == ("between", "0003_step", "0004_step")
    assert (found["public.g()"]["relation"], found["public.g()"]["migration"]) == ("migration", "0004_step")
    assert between["since"] is not None
    assert said["ledger"]["tables"] == ["ops.applied"]
    connection.execute("drop schema ops cascade")
