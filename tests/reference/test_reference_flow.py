"""The live flow of the reference system through the commands: traced, counted, judged."""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from reference_system import ROOT, ReferenceDatabase

from auditor.cli import main
from services.decision import worker as decision
from services.orchestrator import worker as orchestrator


def run(*args: str, code: int = 0) -> Result:
    config = str(ROOT / "classifications.yaml")
    result = CliRunner().invoke(main, ["forensics", *args, "--config", config], prog_name="auditor")
    assert result.exit_code == code, result.stderr or result.stdout
    return result


def document(*args: str, code: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run(*args, "--format", "json", code=code).stdout)
    return found


def request(database: ReferenceDatabase) -> tuple[str, str]:
    """A new document whose protection is asked for: its id and correlation id."""
    entity, correlation = str(uuid.uuid4()), str(uuid.uuid4())
    database.connect().execute(
        "select request_document_protection(%s, %s, 'a title', %s, null)", (entity, str(uuid.uuid4()), correlation)
    )
    return entity, correlation


def work(database: ReferenceDatabase, rounds: int = 5) -> None:
    decide, orchestrate = database.connect("decision_worker"), database.connect("orchestrator_worker")
    for _ in range(rounds):
        decision.run_once(decide, "d1")
        orchestrator.run_once(orchestrate, "o1")


def test_a_complete_flow(reference_database: ReferenceDatabase) -> None:
    db = ("--db", reference_database.conninfo)
    entity, correlation = request(reference_database)
    found = document("trace", entity, *db)
    assert (found["stopped"], found["where"]) == ("waiting", 1)
    work(reference_database)
    found = document("trace", entity, *db)
    assert (found["stopped"], found["where"], found["jobs_without_event"]) == ("complete", None, [])
    assert [(one["type"], one["requires"], one["state"]) for one in found["events"]] == [
        ("document.protected.requested", "protect_document_v2", "done"),
        ("document.protected", "run_tsa", "done"),
        ("tsa.confirmed", "submit_anchor", "done"),
        ("anchor.confirmed", "build_artifact", "done"),
        ("artifact.finalized", None, "not required"),
    ]
    assert {one["correlation"] for one in found["events"]} == {correlation}
    (job,) = found["events"][0]["jobs"]
    assert (job["state"], job["source"], [run["status"] for run in job["runs"]]) == (
        "done",
        "listener",
        ["succeeded"],
    )
    assert "complete: 5 events, every job done" in run("trace", entity, *db).stdout

    kpi = document("kpi", *db)
    assert not [name for name, one in kpi["figures"].items() if one["exceeded"]]
    assert not [name for name, one in kpi["figures"].items() if one["value"] is None]
    assert kpi["sources"] == {"listener": 4}
    assert kpi["not_checked"] == []
    assert sum(one["window"] for one in kpi["jobs"]) == 4


def test_nothing_is_enqueued(reference_database: ReferenceDatabase) -> None:
    db = ("--db", reference_database.conninfo)
    connection = reference_database.connect()
    connection.execute("alter table document_entities disable trigger on_document_entity_events_change")
    entity, correlation = request(reference_database)
    assert document("trace", entity, *db)["stopped"] == "due", "a minute has not passed"
    assert document("kpi", *db)["figures"]["gap"]["value"] == 0
    connection.execute(
        """
        alter table document_entities disable trigger user;
        update document_entities set events = jsonb_set(events, '{0,at}', to_jsonb(now() - interval '1 hour'));
        alter table document_entities enable trigger user
        """
    )
    found = document("trace", entity, *db)
    assert (found["stopped"], found["where"]) == ("missing", 1)
    assert "nothing was enqueued" in run("trace", entity, *db).stdout

    kpi = document("kpi", *db, code=1)
    (gap,) = kpi["gaps"]
    assert (gap["entity"], gap["job"], gap["correlation"]) == (entity, "protect_document_v2", correlation)
    assert 3590 < gap["age"] < 3700
    (finding,) = kpi["findings"]
    assert (finding["code"], finding["identity"]) == ("FLO001", "public.document_entities")
    assert document("kpi", *db, "--max-gap", "1")["figures"]["gap"]["value"] == 1
    assert document("kpi", *db, "--since", "30m")["figures"]["gap"]["value"] == 0, "outside of the window"


def test_jobs_past_the_gateway_dead_and_silent(reference_database: ReferenceDatabase) -> None:
    db = ("--db", reference_database.conninfo)
    connection = reference_database.connect()
    entity, _ = request(reference_database)
    connection.execute(
        "alter table executor_jobs drop constraint executor_jobs_open_source_check"
    ) if False else None
    connection.execute(
        """
        insert into executor_jobs (entity_id, type, status, enqueue_source, finished_at, last_error, attempts,
                                   correlation_id)
        select id, 'run_tsa', 'dead', 'legacy_direct', now(), 'no answer', 5, gen_random_uuid()
          from document_entities
        """
    )
    connection.execute(
        """
        update executor_jobs set status = 'running', claimed_by = 'lost', heartbeat_at = now() - interval '1 hour'
         where type = 'protect_document_v2'
        """
    )
    kpi = document("kpi", *db, code=1)
    figures = {name: one["value"] for name, one in kpi["figures"].items()}
    assert (figures["dead"], figures["stale"], figures["outside"], figures["without_event"]) == (1, 1, 1, 1)
    assert figures["retries"] == 4
    assert {one["field"] for one in kpi["findings"]} == {"dead", "stale", "outside", "without_event"}
    assert kpi["dead"][0]["error"] == "no answer"
    text = " ".join(run("kpi", *db, code=1).stdout.split())
    assert f"job {kpi['dead'][0]['id']} (run_tsa) of {entity} no answer" in text
    trace = document("trace", entity, *db)
    assert [one["type"] for one in trace["jobs_without_event"]] == ["run_tsa"]
    assert "no event asked for this job" in run("trace", entity, *db).stdout


def test_openmetrics_is_what_a_scraper_reads(
    reference_database: ReferenceDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parser = pytest.importorskip("prometheus_client.openmetrics.parser", reason="part of the extra `test`")
    request(reference_database)
    file = tmp_path / "auditor.prom"
    run("kpi", "--db", reference_database.conninfo, "--format", "openmetrics", "--output", str(file))
    families = {one.name: one for one in parser.text_string_to_metric_families(file.read_text())}
    assert families["auditor_up"].samples[0].value == 1
    assert families["auditor_flow_gap"].samples[0].value == 0
    assert families["auditor_flow_threshold_backlog_age_seconds"].samples[0].value == 900
    (job,) = families["auditor_flow_jobs"].samples
    assert job.labels == {"type": "protect_document_v2", "status": "queued", "state": "waiting"}
    assert [one.name for one in tmp_path.iterdir()] == ["auditor.prom"], "written beside, then renamed"

    run(
        "kpi",
        "--db",
        "postgresql://nobody@localhost:1/none",
        "--format",
        "openmetrics",
        "--output",
        str(file),
        code=3,
    )
    families = {one.name: one for one in parser.text_string_to_metric_families(file.read_text())}
    assert families["auditor_up"].samples[0].value == 0


def test_bad_input(reference_database: ReferenceDatabase, tmp_path: Path) -> None:
    db = ("--db", reference_database.conninfo)
    assert "is no id of an entity" in run("trace", "no uuid", *db, code=2).stderr
    assert "no entity" in run("trace", str(uuid.uuid4()), *db, code=3).stderr
    assert "is no window" in run("kpi", "--since", "soon", *db, code=2).stderr
    connection = reference_database.connect()
    role = f"looker_{uuid.uuid4().hex[:8]}"
    connection.execute(f"create role {role} login; grant select on all tables in schema public to {role}")
    other = reference_database.conninfo.replace("user='postgres'", f"user='{role}'")
    assert "row level security may hide rows" in run("kpi", "--db", other, code=3).stderr
    connection.execute(f"create policy look on document_entities for select to {role} using (true)")
    run("kpi", "--db", other)
    connection.execute(f"revoke select on executor_jobs from {role}")
    assert "may not read public.executor_jobs" in run("kpi", "--db", other, code=3).stderr
    connection.execute(f"drop owned by {role}; drop role {role}")

    text = (
        (ROOT / "classifications.yaml")
        .read_text()
        .replace("array: events, type: kind", "array: evnts, type: kind")
    )
    (tmp_path / "classifications.yaml").write_text(text)
    result = CliRunner().invoke(
        main, ["forensics", "kpi", *db, "--config", str(tmp_path / "classifications.yaml")], prog_name="auditor"
    )
    assert result.exit_code == 2
    assert "`array`: public.document_entities has no column evnts" in result.stderr
