"""`auditor init`: a proposal that can be read, that is kept, and that never undoes a person's work."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from auditor.cli import main

pytestmark = pytest.mark.usefixtures("one_replay_server")

TOP = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def proposed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the reference system's migrations, with what `init` proposes for it."""
    root = tmp_path_factory.mktemp("project")
    shutil.copytree(TOP / "migrations", root / "migrations", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(TOP / "alembic.ini", root)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        result = CliRunner().invoke(main, ["init"])
    assert result.exit_code == 0, result.output
    assert "wrote classifications.yaml" in result.stdout
    return root


@pytest.fixture
def project(proposed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "project"
    shutil.copytree(proposed, root)
    monkeypatch.chdir(root)
    return root


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments, prog_name="auditor")


def classes(root: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((root / "classifications.yaml").read_text())["classes"]
    return found


def test_core_is_what_the_queue_pulls_along(project: Path) -> None:
    found = classes(project)
    assert set(found["core"]) >= {
        "table public.executor_jobs",
        "table public.document_entities",
        "table public.executor_job_runs",
        "function public.process_document_entity_events",
        "function public.claim_initial_decision_jobs",
        "function public.claim_orchestrator_jobs",
        "function public.finish_executor_job",
        "type public.w3c_trace_id",
    }
    assert "function public.enqueue_from_user_document" in found["legacy"]
    assert set(found["infra"]) >= {"extension *", "role *", "table public.alembic_version"}
    assert "#   - view ops.queue_backlog" in (project / "classifications.yaml").read_text()


def test_the_contract_names_triggers_functions_keys_and_the_queue(project: Path) -> None:
    contract = yaml.safe_load((project / "classifications.yaml").read_text())["contract"]
    assert {
        "name": "on_document_entity_events_change on public.document_entities",
        "function": "public.process_document_entity_events()",
        "fires": "AFTER UPDATE OF events FOR EACH ROW",
        "enabled": "origin",
    } in contract["triggers"]
    assert {"table": "public.executor_jobs", "columns": ["dedupe_key"], "where": "(dedupe_key IS NOT NULL)"} in (
        contract["dedupe_keys"]
    )
    (queue,) = contract["queues"]
    assert queue["writers"] == ["public.process_document_entity_events()"]
    assert queue["claims"][0] == {
        "function": "public.claim_initial_decision_jobs(integer, text)",
        "job_types": ["protect_document_v2"],
    }


def test_what_is_proposed_is_kept(project: Path) -> None:
    result = invoke("check", "--format", "json")
    assert result.exit_code == 0, result.output
    assert not [one for one in json.loads(result.stdout)["findings"] if one["severity"] == "error"]


def test_once_more_changes_nothing(project: Path) -> None:
    before = (project / "classifications.yaml").read_bytes()
    result = invoke("init")
    assert result.exit_code == 0, result.output
    assert "classifications.yaml lacks nothing" in result.stdout
    assert (project / "classifications.yaml").read_bytes() == before


def test_a_persons_work_stays_and_what_lacks_is_added(project: Path) -> None:
    path = project / "classifications.yaml"
    text = path.read_text()
    text = re.sub(r"    - function public\.claim_orchestrator_jobs .*\n", "", text)
    text = text.replace(
        "    - table public.executor_jobs ", "    # ours, and dear to us\n    - table public.executor_jobs "
    )
    text = text.replace("    - role *", "    - 'role *'  ")
    path.write_text(text)
    result = invoke("init", "--format", "json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["added"] == ["classes: core: function public.claim_orchestrator_jobs"]
    after = path.read_text()
    assert "    # ours, and dear to us\n    - table public.executor_jobs " in after
    assert "    - 'role *'" in after
    kept = [line for line in text.splitlines() if line.strip()]
    assert [line for line in after.splitlines() if line.strip() and "claim_orchestrator_jobs" not in line] == [
        line for line in kept if "claim_orchestrator_jobs" not in line
    ]


def test_an_editor_finds_the_schema_and_it_stays_up_to_date(project: Path) -> None:
    first = (project / "classifications.yaml").read_text().splitlines()[0]
    assert first == "# yaml-language-server: $schema=.auditor/classifications.schema.json"
    schema = project / ".auditor" / "classifications.schema.json"
    assert schema.read_text() == invoke("contract", "schema").stdout
    schema.write_text("{}")
    result = invoke("init")
    assert "wrote .auditor/classifications.schema.json  for your editor" in result.stdout
    assert schema.read_text() == invoke("contract", "schema").stdout
    schema.unlink()
    path = project / "classifications.yaml"
    path.write_text(path.read_text().partition("\n")[2])
    assert "schema.json" not in invoke("init").stdout
    assert not schema.exists()


def test_core_can_be_named(project: Path) -> None:
    (project / "classifications.yaml").unlink()
    result = invoke("init", "--dry-run", "--core", "table:ops.schedules")
    assert result.exit_code == 0, result.output
    proposal = yaml.safe_load(result.stdout)
    assert proposal["classes"]["core"] == ["table ops.schedules"]
    assert not (project / "classifications.yaml").exists()


def test_what_is_not_there_cannot_be_core(project: Path) -> None:
    result = invoke("init", "--core", "table:public.executor_job")
    assert result.exit_code == 2
    assert "did you mean 'public.executor_jobs'?" in result.stderr


def test_a_history_that_does_not_run_is_told_in_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations" / "0001_a.sql").write_text("CREATE TABLE a (id int);\nSELECT no_such_function();\n")
    result = invoke("init")
    assert result.exit_code == 0, result.output
    assert "no_such_function" in result.stdout
    assert "no_such_function" in (tmp_path / "classifications.yaml").read_text()
    assert invoke("classify").exit_code == 0


def test_a_state_is_no_job_type_and_who_changes_a_key_is_a_writer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations" / "0001_jobs.sql").write_text(QUEUE_WITH_STATES)
    assert invoke("init").exit_code == 0
    (queue,) = yaml.safe_load((tmp_path / "classifications.yaml").read_text())["contract"]["queues"]
    assert queue == {
        "table": "public.jobs",
        "writers": ["public.put(text)", "public.retry(integer, text)"],
        "job_types": {"column": "type", "allowed": ["mail", "report"]},
    }
    checked = invoke("check", "--format", "json")
    found = {one["name"] for one in json.loads(checked.stdout)["findings"]}
    assert not found & {"claim-scope", "queue-back-door", "queue-writer", "job-types"}, checked.stdout


QUEUE_WITH_STATES = """
CREATE TABLE jobs (
    id integer PRIMARY KEY,
    type text NOT NULL CHECK (type IN ('mail', 'report')),
    state text NOT NULL DEFAULT 'todo' CHECK (state IN ('todo', 'doing', 'done')),
    lock text
);
CREATE UNIQUE INDEX one_by_lock ON jobs (lock) WHERE state = 'doing';
CREATE FUNCTION put(text) RETURNS void LANGUAGE sql AS
    'INSERT INTO jobs (id, type, lock) VALUES (1, ''mail'', $1)';
CREATE FUNCTION retry(integer, text) RETURNS void LANGUAGE sql AS
    'UPDATE jobs SET lock = $2, state = ''todo'' WHERE id = $1';
CREATE FUNCTION claim() RETURNS SETOF jobs LANGUAGE sql AS $$
    UPDATE jobs SET state = 'doing' WHERE id IN (
        SELECT id FROM jobs WHERE state = 'todo' AND type = 'mail' FOR UPDATE SKIP LOCKED
    ) RETURNING *
$$;
CREATE FUNCTION finish(integer) RETURNS void LANGUAGE sql AS
    'UPDATE jobs SET state = ''done'' WHERE id = $1';
"""


def test_nothing_to_propose(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = invoke("init")
    assert result.exit_code == 3
    assert not (tmp_path / "classifications.yaml").exists()
