"""Histories that others wrote and that registries carry: classified, replayed, audited, tampered with.

The live databases are made without the auditor: the files are run as their own tool runs them.
"""

from __future__ import annotations

import importlib.util
import json
import shutil
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner

from auditor.cli import main
from auditor.replay.server import ThrowAwayServer


def package_folder(package: str, *parts: str) -> Path:
    spec = importlib.util.find_spec(package)
    assert spec is not None, f"{package} is part of the extra `test`"
    assert spec.origin is not None
    return Path(spec.origin).parent.joinpath(*parts)


def auditor(project: Path, *args: str) -> tuple[int, dict[str, Any]]:
    config = project / "classifications.yaml"
    result = CliRunner().invoke(main, [*args, "--config", str(config), "--format", "json"], prog_name="auditor")
    assert result.stdout, result.stderr
    return result.exit_code, json.loads(result.stdout)


def told(findings: list[dict[str, Any]]) -> list[str]:
    return [f"{f['code']} {f['kind']} {f['identity']} {f['field']}: {f['message']}" for f in findings]


@pytest.fixture(scope="module")
def procrastinate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    project = tmp_path_factory.mktemp("procrastinate")
    (project / "migrations").mkdir()
    for file in package_folder("procrastinate", "sql", "migrations").glob("*.sql"):
        shutil.copy(file, project / "migrations")
    (project / "classifications.yaml").write_text(
        """
version: 1
migrations:
  - path: migrations
classes:
  core:
    - table public.procrastinate_*
    - function public.procrastinate_*
    - type public.procrastinate_*
  infra:
    - extension *
contract:
  triggers:
    - name: procrastinate_jobs_notify_queue_job_inserted_v1 on public.procrastinate_jobs
      function: public.procrastinate_notify_queue_job_inserted_v1()
      fires: AFTER INSERT FOR EACH ROW
      enabled: origin
  functions:
    - name: public.procrastinate_fetch_job_v2(character varying[], bigint)
      definition: from-migrations
      security: invoker
  dedupe_keys:
    - table: public.procrastinate_jobs
      columns: [queueing_lock]
      where: status = 'todo'
"""
    )
    return project


@pytest.fixture(scope="module")
def procrastinate_template(server: ThrowAwayServer, procrastinate: Path) -> str:
    name = server.create_database()
    with psycopg.connect(server.conninfo(name)) as connection:
        for file in sorted((procrastinate / "migrations").glob("*.sql")):
            connection.execute(file.read_bytes())
            connection.commit()
    return name


@pytest.fixture
def live(server: ThrowAwayServer, procrastinate_template: str) -> Any:
    name = server.create_database(template=procrastinate_template)
    yield server.conninfo(name)
    server.drop_database(name)


def test_procrastinate_is_classified(procrastinate: Path) -> None:
    code, classes = auditor(procrastinate, "classify")
    assert code == 0
    assert classes["summary"] == {"core": 38, "legacy": 0, "infra": 0, "unclassified": 0}
    assert not [m["migration"] for m in classes["migrations"] if m["unknown"] or m["unowned"]]


def test_procrastinate_replay_agrees_with_the_reading(procrastinate: Path) -> None:
    code, replayed = auditor(procrastinate, "replay")
    assert told(replayed["findings"]) == []
    assert code == 0
    assert replayed["not_understood"] == 0


def test_procrastinate_clean_database_has_no_drift(procrastinate: Path, live: str) -> None:
    code, drift = auditor(procrastinate, "drift", "--db", live, "--scope", "all")
    assert told(drift["findings"]) == []
    assert code == 0
    assert drift["result"] == "kept"


JOBS = "public.procrastinate_jobs"
NOTIFY = "procrastinate_jobs_notify_queue_job_inserted_v1"
LOCK = "procrastinate_jobs_queueing_lock_idx_v1"
FETCH = "procrastinate_fetch_job_v2(character varying[], bigint)"
TAMPERING = {
    "trigger disabled": (
        f"ALTER TABLE {JOBS} DISABLE TRIGGER {NOTIFY}",
        f"ALTER TABLE {JOBS} ENABLE TRIGGER {NOTIFY}",
        f"{NOTIFY} on {JOBS}",
    ),
    "trigger that the contract does not name disabled": (
        f"ALTER TABLE {JOBS} DISABLE TRIGGER procrastinate_trigger_delete_jobs_v1",
        f"ALTER TABLE {JOBS} ENABLE TRIGGER procrastinate_trigger_delete_jobs_v1",
        f"procrastinate_trigger_delete_jobs_v1 on {JOBS}",
    ),
    "trigger dropped": (
        f"DROP TRIGGER {NOTIFY} ON {JOBS}",
        (
            f"CREATE TRIGGER {NOTIFY} AFTER INSERT ON {JOBS} FOR EACH ROW "
            "WHEN ((new.status = 'todo'::procrastinate_job_status)) "
            "EXECUTE FUNCTION procrastinate_notify_queue_job_inserted_v1()"
        ),
        f"{NOTIFY} on {JOBS}",
    ),
    "function body edited": (
        (
            "DO $do$ DECLARE text text := pg_get_functiondef('procrastinate_fetch_job_v2'::regproc); BEGIN "
            "EXECUTE replace(text, 'SKIP LOCKED', ''); END $do$"
        ),
        None,
        f"public.{FETCH.replace(', ', ',')}",
    ),
    "SECURITY DEFINER flipped": (
        f"ALTER FUNCTION {FETCH} SECURITY DEFINER",
        f"ALTER FUNCTION {FETCH} SECURITY INVOKER",
        f"public.{FETCH.replace(', ', ',')}",
    ),
    "dedupe index dropped": (
        f"DROP INDEX {LOCK}",
        f"CREATE UNIQUE INDEX {LOCK} ON {JOBS} (queueing_lock) WHERE status = 'todo'",
        f"public.{LOCK}",
    ),
    "dedupe index made non-unique": (
        f"DROP INDEX {LOCK}; CREATE INDEX {LOCK} ON {JOBS} (queueing_lock) WHERE status = 'todo'",
        f"DROP INDEX {LOCK}; CREATE UNIQUE INDEX {LOCK} ON {JOBS} (queueing_lock) WHERE status = 'todo'",
        f"public.{LOCK}",
    ),
    "dedupe predicate changed": (
        f"DROP INDEX {LOCK}; CREATE UNIQUE INDEX {LOCK} ON {JOBS} (queueing_lock) WHERE status = 'doing'",
        f"DROP INDEX {LOCK}; CREATE UNIQUE INDEX {LOCK} ON {JOBS} (queueing_lock) WHERE status = 'todo'",
        f"public.{LOCK}",
    ),
    "CHECK widened": (
        (
            f"ALTER TABLE {JOBS} DROP CONSTRAINT check_not_todo_abort_requested; ALTER TABLE {JOBS} "
            "ADD CONSTRAINT check_not_todo_abort_requested CHECK (status <> 'todo' OR NOT abort_requested OR true)"
        ),
        (
            f"ALTER TABLE {JOBS} DROP CONSTRAINT check_not_todo_abort_requested; ALTER TABLE {JOBS} "
            "ADD CONSTRAINT check_not_todo_abort_requested "
            "CHECK (NOT (status = 'todo' AND abort_requested = true))"
        ),
        f"check_not_todo_abort_requested on {JOBS}",
    ),
    "whitelist of an enum widened": (
        "ALTER TYPE procrastinate_job_status ADD VALUE 'paused'",
        None,
        "public.procrastinate_job_status",
    ),
}


@pytest.mark.parametrize("name", TAMPERING)
def test_procrastinate_each_tampering_is_one_finding(name: str, procrastinate: Path, live: str) -> None:
    tamper, undo, identity = TAMPERING[name]
    with psycopg.connect(live, autocommit=True) as connection:
        connection.execute(tamper.encode())
    code, drift = auditor(procrastinate, "drift", "--db", live)
    assert len(drift["findings"]) == 1, told(drift["findings"])
    assert drift["findings"][0]["identity"] == identity
    assert drift["findings"][0]["class"] == "core"
    assert code == 1
    if undo is not None:
        with psycopg.connect(live, autocommit=True) as connection:
            connection.execute(undo.encode())
        code, drift = auditor(procrastinate, "drift", "--db", live)
        assert told(drift["findings"]) == []
        assert code == 0


ENV = """
from alembic import context
from sqlalchemy import NullPool, create_engine

url = context.config.get_main_option("sqlalchemy.url")
with create_engine(url, poolclass=NullPool).connect() as connection:
    context.configure(connection=connection, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()
"""


def test_mlflow_auth_history(tmp_path: Path, database: str, server: ThrowAwayServer, database_name: str) -> None:
    """Some of its revisions inspect the database, so they are captured while they run."""
    from alembic import command
    from alembic.config import Config

    source = package_folder("mlflow", "server", "auth", "db", "migrations")
    shutil.copytree(source, tmp_path / "migrations", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "classifications.yaml").write_text(
        """
version: 1
migrations:
  - path: migrations
classes:
  core: [table public.*]
  infra: [table public.alembic_version*]
"""
    )
    code, replayed = auditor(tmp_path, "replay")
    assert told(replayed["findings"]) == []
    assert code == 0

    # Its own env.py wants the whole of mlflow's server; a plain one applies the same revisions.
    (tmp_path / "migrations" / "env.py").write_text(ENV)
    config = Config()
    config.set_main_option("script_location", str(tmp_path / "migrations"))
    config.set_main_option("sqlalchemy.url", server.sqlalchemy_url(database_name).replace("%", "%%"))
    command.upgrade(config, "head")
    code, drift = auditor(tmp_path, "drift", "--db", database)
    assert told(drift["findings"]) == []
    assert code == 0


GRAPHILE_WORKER = Path(__file__).parents[2] / "node_modules" / "graphile-worker" / "sql"


@pytest.mark.skipif(not GRAPHILE_WORKER.is_dir(), reason="npm install graphile-worker: not a package of PyPI")
def test_graphile_worker_history(tmp_path: Path) -> None:
    """Its files name their schema by a placeholder, and expect it to be there."""
    shutil.copytree(GRAPHILE_WORKER, tmp_path / "migrations")
    (tmp_path / "migrations" / "000000.sql").write_text("CREATE SCHEMA graphile_worker;\n")
    (tmp_path / "classifications.yaml").write_text(
        """
version: 1
migrations:
  - path: migrations
    placeholders: {GRAPHILE_WORKER_SCHEMA: graphile_worker}
classes:
  core: [table graphile_worker.*, function graphile_worker.*, view graphile_worker.*, type graphile_worker.*]
  infra: [schema graphile_worker, sequence graphile_worker.*]
"""
    )
    code, replayed = auditor(tmp_path, "replay")
    assert told(replayed["findings"]) == []
    assert code == 0
