"""`--shadow`: replays on a server that lives on, and everything that may be wrong with it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner, Result

from auditor.audits.parts import expected
from auditor.cli import main
from auditor.replay.server import ThrowAwayServer

HISTORY = {
    "0001_jobs.sql": "CREATE TABLE public.jobs (id bigint PRIMARY KEY, kind text CHECK (kind <> ''));\n",
    "0002_role.sql": "CREATE ROLE shadow_option_worker; GRANT SELECT ON public.jobs TO shadow_option_worker;\n",
}
CONFIG = """\
version: 1
migrations: [{path: migrations}]
classes: {core: [table public.*, role *]}
"""


def run(*args: str) -> Result:
    return CliRunner().invoke(main, args, prog_name="auditor")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "migrations").mkdir()
    for name, text in HISTORY.items():
        (tmp_path / "migrations" / name).write_text(text)
    (tmp_path / "classifications.yaml").write_text(CONFIG)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for name in [*os.environ]:
        if name.startswith(("PG", "AUDITOR_D", "AUDITOR_S", "DATABASE_")):
            monkeypatch.delenv(name)
    return tmp_path


@pytest.fixture
def url(server: ThrowAwayServer) -> str:
    return server.conninfo()


@pytest.fixture
def left(server: ThrowAwayServer) -> Iterator[psycopg.Connection[Any]]:
    """A connection to the shadow server, on which every test leaves what it found."""
    query = (
        "select (select array_agg(rolname::text order by 1) from pg_roles),"
        " (select array_agg(datname::text order by 1) from pg_database)"
    )
    with server.connect() as connection:
        before = connection.execute(query).fetchall()
        yield connection
        assert connection.execute(query).fetchall() == before


def place(server: ThrowAwayServer) -> str:
    number = server.version_num
    return f"the shadow server {server.directory}:5432, PostgreSQL {number // 10_000}.{number % 10_000}"


@pytest.mark.usefixtures("left")
@pytest.mark.parametrize("command", ["check", "replay"])
def test_a_replay_on_it(
    project: Path, server: ThrowAwayServer, url: str, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    result = run(command, "--shadow", url, "--format", "json")
    document = json.loads(result.stdout)
    assert (result.exit_code, document["result"]) == (0, "kept"), result.stdout
    assert f"replayed on {place(server)}" in document["notes"]
    assert document["checked"]["replayed migration"] == 2
    monkeypatch.setenv("AUDITOR_SHADOW_URL", url)
    assert json.loads(run(command, "--format", "json").stdout)["notes"] == document["notes"]


@pytest.mark.usefixtures("left")
def test_a_migration_that_fails_there_is_a_finding(project: Path, url: str) -> None:
    (project / "migrations" / "0003_bad.sql").write_text("DROP TABLE public.absent;\n")
    result = run("check", "--shadow", url, "--format", "json")
    assert result.exit_code == 1
    assert [each["code"] for each in json.loads(result.stdout)["findings"]] == ["RPL003"]


@pytest.mark.usefixtures("left")
def test_drift_remembers_what_came_of_it(
    project: Path,
    server: ThrowAwayServer,
    url: str,
    database: str,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> None:
    with psycopg.connect(database, autocommit=True) as live:
        live.execute("create table public.jobs (id bigint primary key, kind text check (kind <> ''))")
        live.execute("alter table public.jobs disable row level security, alter column kind set default 'x'")
    ours = ("drift", "--db", database, "--scope", "core", "--format", "json")
    first = run(*ours, "--shadow", url)
    found = json.loads(first.stdout)
    assert first.exit_code == 1, first.stdout + first.stderr
    assert {each["identity"] for each in found["findings"]} >= {"public.jobs.kind"}
    assert f"replayed on {place(server)}" in found["notes"]
    shared = "the shadow server is the live database's own server: they share its roles, and its load"
    assert shared in found["notes"]

    def never(*_: object) -> None:
        pytest.fail("it was replayed again")

    monkeypatch.setattr(expected, "run_history", never)
    again = run(*ours, "--shadow", url)
    assert json.loads(again.stdout) == found


def test_the_live_database_is_no_shadow(project: Path, database: str) -> None:
    for command in ("check", "drift"):
        result = run(command, "--db", database, "--shadow", database)
        assert result.exit_code == 2
        assert result.stderr.startswith("auditor: error: --shadow leads to the live database")
        assert result.stderr.count("\n") == 1


@pytest.mark.usefixtures("left")
def test_another_version_than_asked_for(project: Path, server: ThrowAwayServer, url: str) -> None:
    other = "17" if server.version_num // 10_000 != 17 else "16"
    result = run("replay", "--shadow", url, "--pg-major", other)
    assert result.exit_code == 3
    assert result.stderr == f"auditor: error: {place(server)}, is not the version of --pg-major {other}\n"


def test_a_shadow_that_is_not_there(project: Path) -> None:
    (project / "migrations" / "0003_bad.sql").write_text("CREATE TABEL public.oops (id bigint);\n")
    url = "postgresql://u:pa55-word@127.0.0.1:1/db"
    result = run("check", "--shadow", url, "--format", "json")
    document = json.loads(result.stdout)
    assert (result.exit_code, document["result"]) == (3, "could-not-check")
    assert [each["code"] for each in document["findings"]] == ["REA002"]
    (reason,) = document["could_not_check"]
    assert reason.startswith("replay and contract: shadow server: cannot connect to database db on 127.0.0.1:1")
    for command in ("replay", "check"):
        result = run(command, "--shadow", url, "-v")
        assert result.exit_code == 3
        assert "pa55-word" not in result.stdout + result.stderr


def test_no_url_at_all(project: Path) -> None:
    result = run("replay", "--shadow", "mysql://u:pa55-word@h/db")
    assert result.exit_code == 2
    assert "pa55-word" not in result.stderr


@pytest.mark.usefixtures("left")
def test_interrupted_it_leaves_nothing(project: Path, url: str, left: psycopg.Connection[Any]) -> None:
    with _sleeping(project, url, left) as program:
        program.send_signal(signal.SIGINT)
        _, errors = program.communicate(timeout=60)
    assert program.returncode == 130
    assert errors.strip() == "auditor: error: interrupted"


def test_killed_it_leaves_what_says_what_it_is(project: Path, url: str, server: ThrowAwayServer) -> None:
    with server.connect() as connection:
        with _sleeping(project, url, connection) as program:
            program.kill()
            program.communicate()
        (name,) = connection.execute(_LEFT).fetchone() or ("",)
        connection.execute(f"drop database {name} with (force)")
        connection.execute(f"drop owned by {name}_owner; drop role {name}_owner, shadow_option_worker")


# Private

_LEFT = "select datname::text from pg_database where datname like 'auditor\\_shadow\\_%'"
_AT_WORK = "select count(*) from pg_stat_activity where query like '%pg_sleep(50)%' and datname like 'auditor%'"


def _sleeping(project: Path, url: str, connection: psycopg.Connection[Any]) -> subprocess.Popen[str]:
    """`auditor replay`, in the middle of a migration."""
    (project / "migrations" / "0003_sleep.sql").write_text("SELECT pg_sleep(50);\n")
    program = subprocess.Popen(
        [sys.executable, "-m", "auditor", "replay", "--shadow", url],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    end = time.monotonic() + 60
    while connection.execute(_AT_WORK).fetchone() == (0,):
        assert time.monotonic() < end, "it did not come to the migration"
        assert program.poll() is None, program.communicate()
        time.sleep(0.05)
    return program
