"""`--prelude` and `replay: prelude:`: what is there before the first migration runs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner, Result

from auditor.audits.parts import expected
from auditor.cli import main

CONFIG = "version: 1\nmigrations: [{path: migrations}]\nclasses: {core: [table public.*]}\n"


def run(*args: str) -> Result:
    return CliRunner().invoke(main, args, prog_name="auditor")


def report(*args: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run(*args, "--format", "json").stdout)
    return found


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations" / "0001_jobs.sql").write_text(
        "CREATE TABLE public.jobs (id bigint PRIMARY KEY, tenant int REFERENCES tenancy.tenants);\n"
    )
    (tmp_path / "before.sql").write_text(
        "CREATE SCHEMA tenancy;\nCREATE TABLE tenancy.tenants (id int PRIMARY KEY);\n"
    )
    (tmp_path / "classifications.yaml").write_text(CONFIG)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for name in ("AUDITOR_PRELUDE", "AUDITOR_SHADOW_URL", "AUDITOR_DATABASE_URL", "DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.mark.parametrize("command", ["replay", "check"])
def test_without_it_the_replay_fails_and_says_what_to_do(project: Path, command: str) -> None:
    found = report(command)
    (finding,) = [each for each in found["findings"] if each["code"] == "RPL003"]
    assert 'schema "tenancy" does not exist' in finding["message"]
    assert "--prelude FILE" in finding["message"] + (finding["help"] or "")


@pytest.mark.parametrize("command", ["replay", "check"])
def test_it_is_run_first_and_not_recorded(project: Path, command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = report(command, "--prelude", "before.sql")
    assert found["result"] == "kept", found
    assert found["supplied"] == []
    monkeypatch.setenv("AUDITOR_PRELUDE", "before.sql")
    assert report(command)["result"] == "kept"
    if command == "replay":
        assert found["totals"]["missed"] == found["totals"]["wrong"] == 0


def test_the_configuration_names_it(project: Path) -> None:
    (project / "classifications.yaml").write_text(f"{CONFIG}replay: {{prelude: before.sql}}\n")
    (project / "other.sql").write_text("SELECT 1;\n")
    assert report("replay")["result"] == "kept"
    # The option goes before it.
    assert report("replay", "--prelude", "other.sql")["result"] == "broken"
    (project / "classifications.yaml").write_text(f"{CONFIG}replay: {{prelude: absent.sql}}\n")
    result = run("replay")
    assert result.exit_code == 2
    assert "classifications.yaml:4:19: `prelude`: there is no file absent.sql" in result.stderr


def test_it_fails(project: Path) -> None:
    (project / "before.sql").write_text("CREATE SCHEMA tenancy;\nCREATE TABEL tenancy.tenants ();\n")
    result = run("replay", "--prelude", "before.sql")
    assert result.exit_code == 3
    assert 'before.sql:2:8: syntax error at or near "TABEL"' in result.stderr
    (project / "before.sql").write_bytes(b"SELECT '\xff'")
    result = run("replay", "--prelude", "before.sql")
    assert result.exit_code == 2
    assert "cannot read the prelude before.sql" in result.stderr
    result = run("replay", "--prelude", "absent.sql")
    assert result.exit_code == 2
    assert "absent.sql" in result.stderr


def test_drift_remembers_a_replay_with_it(project: Path, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with psycopg.connect(database, autocommit=True) as live:
        live.execute((project / "before.sql").read_text())
        live.execute((project / "migrations" / "0001_jobs.sql").read_text())
    drift = ("drift", "--db", database, "--prelude", "before.sql")
    assert report(*drift)["result"] == "kept"
    times = []
    monkeypatch.setattr(expected, "run_history", lambda *_, **__: times.append(1))
    assert report(*drift)["result"] == "kept"
    assert times == []
    (project / "before.sql").write_text("CREATE SCHEMA tenancy;\nCREATE TABLE tenancy.tenants (id int);\n")
    run(*drift)
    assert times == [1]
