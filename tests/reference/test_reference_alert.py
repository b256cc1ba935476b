"""An alert of each minute: it reads the database anew, and judges anew only what has changed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import uuid
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from reference_system import ROOT, ReferenceDatabase

from auditor.cli import main

PARSERS = ("sqlglot", "postgast", "pgparse")
READING = ("auditor.history.fold", "auditor.migrations.effects", "auditor.contract.check", "auditor.replay")
LIBRARIES = ("sqlalchemy", "alembic", "ruamel.yaml", "jinja2", "ast_grep_py", "http.client")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    root.mkdir()
    for name in ("classifications.yaml", "alembic.ini"):
        shutil.copy(ROOT / name, root / name)
    shutil.copytree(ROOT / "migrations", root / "migrations")
    return root


def told(project: Path, conninfo: str, monkeypatch: pytest.MonkeyPatch, *, remembered: bool) -> dict[str, Any]:
    """What an alert says, but for the time."""
    monkeypatch.setenv("AUDITOR_CACHE_DIR", str(project.parent / "cache"))
    monkeypatch.setenv("AUDITOR_NO_CACHE", "0" if remembered else "1")
    args = ["forensics", "alert", "--db", conninfo, "--format", "json"]
    result = CliRunner().invoke(main, [*args, "--config", str(project / "classifications.yaml")])
    assert result.exit_code in (0, 1), result.stderr
    found: dict[str, Any] = json.loads(result.stdout)
    return {key: value for key, value in found.items() if key not in ("now", "since")}


def test_what_is_remembered_is_what_is_found(
    reference_database: ReferenceDatabase, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = reference_database.connect()
    body = connection.execute(
        "select pg_get_functiondef('public.process_document_entity_events()'::regprocedure)"
    ).fetchone()[0]
    contract = project / "classifications.yaml"
    migration = next((project / "migrations" / "versions").glob("0016*.py"))

    def patched() -> None:
        connection.execute(body.replace("BEGIN", "BEGIN  -- patched", 1).replace("begin", "begin  -- patched", 1))

    steps = [
        lambda: None,
        lambda: connection.execute(
            "alter table document_entities disable trigger on_document_entity_events_change"
        ),
        patched,
        lambda: connection.execute("alter function heartbeat_executor_job(bigint, text) reset search_path"),
        lambda: connection.execute("grant execute on function reclaim_stale_jobs(interval) to public"),
        lambda: connection.execute("update alembic_version set version_num = '0019'"),
        lambda: contract.write_text(contract.read_text().replace("mode: strict", "mode: compat", 1)),
        lambda: migration.write_text("# one line more\n" + migration.read_text()),
        lambda: connection.execute(
            "alter table document_entities enable trigger on_document_entity_events_change"
        ),
    ]
    seen = []
    for step in steps:
        step()
        anew = told(project, reference_database.conninfo, monkeypatch, remembered=False)
        first = told(project, reference_database.conninfo, monkeypatch, remembered=True)
        again = told(project, reference_database.conninfo, monkeypatch, remembered=True)
        assert first == anew
        assert again == anew
        seen.append(anew)
    assert seen[0]["findings"] == []
    assert [at for at, (one, other) in enumerate(pairwise(seen)) if one == other] == []
    assert all(one["class"] == "core" for found in seen for one in found["findings"] if one["kind"] == "trigger")


def test_nothing_is_loaded_that_is_not_needed(
    reference_database: ReferenceDatabase, project: Path, tmp_path: Path
) -> None:
    environment = {
        **os.environ,
        "AUDITOR_CACHE_DIR": str(tmp_path / "cache"),
        "AUDITOR_NO_CACHE": "0",
        "AUDITOR_DATABASE_URL": reference_database.conninfo,
    }
    changed = reference_database.connect()

    def loaded(*args: str, code: int = 0) -> set[str]:
        script = (
            "import sys\n"
            "from auditor.cli import main\n"
            f"try: main({list(args)!r}, prog_name='auditor')\n"
            f"except SystemExit as end: assert end.code == {code}, end.code\n"
            "print('\\nLOADED', *sys.modules)\n"
        )
        out = subprocess.run(
            [sys.executable, "-c", script],
            cwd=project,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        return set(out.stdout.splitlines()[-1].split()[1:])

    loaded("forensics", "alert")  # the first time everything is read
    assert not loaded("forensics", "alert") & {*PARSERS, *READING, *LIBRARIES}
    changed.execute("alter table document_entities disable trigger on_document_entity_events_change")
    assert not loaded("forensics", "alert", code=1) & {"sqlglot", "auditor.replay", *LIBRARIES}
    assert not loaded("drift", "--scope", "contract", code=1) & {"sqlglot", "auditor.replay.runner", *LIBRARIES}
    reads_no_history = {*PARSERS, *READING, *LIBRARIES, "auditor.migrations.discovery"}
    assert not loaded("forensics", "kpi") & reads_no_history
    entity, owner, correlation = (str(uuid.uuid4()) for _ in range(3))
    changed.execute(
        "select request_document_protection(%s, %s, 'a title', %s, null)", (entity, owner, correlation)
    )
    assert not loaded("forensics", "trace", entity) & reads_no_history
