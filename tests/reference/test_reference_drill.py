"""The drill: each failure is noticed by the right alert, found by trace or blame, mended by the SQL that the
finding names, and then everything is quiet. The run books are executed as they stand.
"""

from __future__ import annotations

import json
import re
import shlex
import shutil
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from reference_system import ROOT, ReferenceDatabase

from auditor.cli import main
from services.decision import worker as decision
from services.orchestrator import worker as orchestrator

TRIGGER = "on_document_entity_events_change"
LISTENER = "process_document_entity_events()"
RUNBOOKS = ROOT / "docs" / "runbooks"


class Night:
    """The system, broken at night, and one operator."""

    def __init__(self, database: ReferenceDatabase, record: Path) -> None:
        self.database = database
        self.connection = database.connect()
        self.record = record
        self.entity, self.correlation = self.request()

    def request(self) -> tuple[str, str]:
        entity, correlation = str(uuid.uuid4()), str(uuid.uuid4())
        self.connection.execute(
            "select request_document_protection(%s, %s, 'a title', %s, null)",
            (entity, str(uuid.uuid4()), correlation),
        )
        return entity, correlation

    def work(self, rounds: int = 5) -> None:
        decide, orchestrate = (
            self.database.connect("decision_worker"),
            self.database.connect("orchestrator_worker"),
        )
        for _ in range(rounds):
            decision.run_once(decide, "d1")
            orchestrator.run_once(orchestrate, "o1")

    def later(self, interval: str = "1 hour") -> None:
        """As if all had happened earlier."""
        self.connection.execute(
            f"""
            set session_replication_role = replica;
            update document_entities set events = coalesce((
                select jsonb_agg(e || jsonb_build_object('at', (e ->> 'at')::timestamptz - interval '{interval}')
                                 order by place)
                  from jsonb_array_elements(events) with ordinality x (e, place)), '[]');
            update executor_jobs set created_at = created_at - interval '{interval}',
                                     available_at = available_at - interval '{interval}',
                                     heartbeat_at = heartbeat_at - interval '{interval}';
            reset session_replication_role
            """
        )

    def run(self, *args: str) -> Result:
        result = CliRunner().invoke(
            main, [*args, "--config", str(ROOT / "classifications.yaml")], prog_name="auditor"
        )
        assert result.exit_code in (0, 1), result.stderr
        return result

    def alert(self) -> dict[str, Any]:
        told = ("--since", "24h", "--format", "json", "--record", str(self.record))
        found: dict[str, Any] = json.loads(self.run("forensics", "alert", *told).stdout)
        return found

    def codes(self) -> set[str]:
        return {f"{one['code']} {one['field'] or ''}".strip() for one in self.alert()["findings"]}

    def mend(self, code: str, field: str | None = None) -> None:
        """Run the SQL that the findings name, as a person would."""
        for one in self.alert()["findings"]:
            if one["code"] == code and field in (None, one["field"]):
                assert one["repair"], one
                self.connection.execute(one["repair"])

    def trace(self, entity: str | None = None) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(
            self.run("forensics", "trace", entity or self.entity, "--format", "json").stdout
        )
        return found

    def blame(self, identity: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.run("forensics", "blame", identity, "--format", "json").stdout)
        return found["live"]  # type: ignore[no-any-return]

    def follow(self, page: str) -> list[list[str]]:
        """The steps of a run book: the commands of each, run as they stand."""
        text = (RUNBOOKS / page).read_text()
        steps = []
        for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL):
            commands = [line.strip().replace("ENTITY", self.entity) for line in block.splitlines() if line.strip()]
            steps.append(commands)
        assert len(steps) >= 4
        assert all(command.startswith("auditor ") for step in steps for command in step)
        return steps

    def told(self, commands: list[str]) -> str:
        told = (self.run(*shlex.split(command)[1:]).stdout for command in commands)
        return " ".join(" ".join(told).split())  # wherever the lines were broken


@pytest.fixture
def night(reference_database: ReferenceDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Night:
    monkeypatch.setenv("AUDITOR_DATABASE_URL", reference_database.conninfo)
    night = Night(reference_database, tmp_path / "alerts.jsonl")
    night.work()
    assert night.codes() == set(), "quiet before the drill"
    return night


def test_trigger_disabled(night: Night) -> None:
    """By the run book: nothing is enqueued."""
    night.connection.execute(f"alter table document_entities disable trigger {TRIGGER}")
    night.entity, night.correlation = night.request()
    night.later()
    alert, trace, blame, mended, end = night.follow("nothing-is-enqueued.md")

    told = night.told(alert)
    assert "CON001 trigger-contract" in told
    assert "FLO001 event-without-job" in told
    assert night.entity in told
    told = night.told(trace)
    assert "stopped at event 1: nothing was enqueued" in told
    told = night.told(blame)
    assert "enabled is disabled; the history makes it origin" in told
    assert "by no migration, after 0020" in told

    night.mend("CON001")
    told = night.told(mended)
    assert "CON001" not in told
    assert "FLO001" in told
    night.mend("FLO001")
    assert "KEPT: no findings" in night.told(end)
    night.work()
    assert night.trace()["stopped"] == "complete"


def test_function_hot_patched(night: Night) -> None:
    found = night.connection.execute(f"select pg_get_functiondef('{LISTENER}'::regprocedure)").fetchone()
    assert found is not None
    night.connection.execute(found[0].replace("'tsa.confirmed'", "'tsa.confirmed.v2'"))
    night.entity, _ = night.request()
    night.work()
    night.later()
    assert night.codes() == {"CON002 body", "FLO001 gap"}
    trace = night.trace()
    assert (trace["stopped"], trace["events"][trace["where"] - 1]["type"]) == ("missing", "tsa.confirmed")
    live = night.blame(f"public.{LISTENER}")
    assert (live["matches"], live["newest"]) == (None, "0016")
    assert (live["transaction"]["relation"], live["transaction"]["after"]) == ("between", "0020")
    assert "+                    WHEN 'tsa.confirmed.v2' THEN 'submit_anchor'" in live["diff"]

    night.mend("CON002")
    night.mend("FLO001")
    assert night.codes() == set()
    assert night.blame(f"public.{LISTENER}")["matches"] == "0016"
    night.work()
    assert night.trace()["stopped"] == "complete"


def test_dedupe_index_dropped(night: Night) -> None:
    """Every append fails then: ON CONFLICT finds no index."""
    night.connection.execute("drop index executor_jobs_dedupe_key_key")
    assert "CON003" in {one.partition(" ")[0] for one in night.codes()}
    live = night.blame("index public.executor_jobs_dedupe_key_key")
    assert (live["exists"], live["newest"]) == (False, "0005")
    night.mend("CON003")
    assert night.codes() == set()
    night.entity, _ = night.request()
    night.work()
    assert night.trace()["stopped"] == "complete"


def test_claimer_stopped(night: Night) -> None:
    """By the run book: enqueued and not executed. One job waits for nobody, another was lost with its worker."""
    lost, _ = night.request()
    night.connection.execute("set role decision_worker; select claim_initial_decision_jobs(1, 'lost'); reset role")
    night.entity, _ = night.request()
    night.later()
    kpi, trace, claims, end = night.follow("enqueued-and-not-executed.md")

    told = night.told(kpi)
    assert "FLO002 flow-threshold" in told
    assert "backlog_age" in told
    assert f"of entity {lost}" in told
    assert night.codes() == {"FLO002 backlog_age", "FLO002 stale"}
    told = night.told(trace)
    assert "enqueued and not executed: protect_document_v2 of document.protected.requested waits" in told
    assert "never run" in told
    told = night.told(claims)
    assert "CON" not in told
    assert "the version of 0015, the newest" in told

    night.mend("FLO002", field="stale")
    night.work()
    assert "KEPT: no findings" in night.told(end)
    assert night.trace(lost)["stopped"] == night.trace()["stopped"] == "complete"


def test_poison_job(night: Night, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the run book: executed and no event."""

    def poison(_: object) -> Any:
        raise ValueError("the document is damaged")

    steps = dict(decision.STEPS)
    monkeypatch.setitem(decision.STEPS, "protect_document_v2", poison)
    night.entity, _ = night.request()
    for _ in range(5):
        night.connection.execute("update executor_jobs set available_at = now() where status = 'queued'")
        night.work(1)
    kpi, trace, back, end = night.follow("executed-and-no-event.md")

    told = night.told(kpi)
    assert "FLO002 flow-threshold" in told
    assert "ValueError: the document is damaged" in told
    told = night.told(trace)
    assert "protect_document_v2 of document.protected.requested is dead" in told
    assert told.count("ValueError: the document is damaged") == 5
    assert "CON" not in night.told(back)
    assert night.codes() == {"FLO002 dead"}

    monkeypatch.setitem(decision.STEPS, "protect_document_v2", steps["protect_document_v2"])
    night.mend("FLO002")
    night.work()
    assert "KEPT: no findings" in night.told(end)
    assert night.trace()["stopped"] == "complete"


def test_direct_insert_by_a_legacy_path(night: Night) -> None:
    """It says that it is the listener, and no event asked for it."""
    night.connection.execute(
        """
        insert into executor_jobs (entity_id, type, correlation_id, enqueue_source)
        values (%s, 'run_tsa', gen_random_uuid(), 'listener')
        """,
        (night.entity,),
    )
    assert night.codes() == {"FLO002 without_event"}
    trace = night.trace()
    assert [(one["type"], one["state"]) for one in trace["jobs_without_event"]] == [("run_tsa", "waiting")]
    night.mend("FLO002")
    assert night.codes() == set()
    assert night.trace()["jobs_without_event"] == []


Judge = Callable[..., dict[str, Any]]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The repository's configuration where files may be written."""
    (tmp_path / "docs" / "reports").mkdir(parents=True)
    for name in ("migrations", "services"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / "alembic.ini", tmp_path)
    text = (ROOT / "classifications.yaml").read_text().replace("flows: 20", "flows: 3")
    (tmp_path / "classifications.yaml").write_text(
        text.replace("tsa.confirmed, anchor.confirmed]}", "tsa.confirmed], settled: 0s}")
    )
    return tmp_path


def test_a_gate_ends_on_evidence(night: Night, project: Path) -> None:
    config = str(project / "classifications.yaml")

    def gate(phase: str, code: int) -> dict[str, Any]:
        result = CliRunner().invoke(
            main, ["gate", phase, "--config", config, "--format", "json"], prog_name="auditor"
        )
        assert result.exit_code == code, result.stderr or result.stdout
        found: dict[str, Any] = json.loads(result.stdout)
        return found

    found = gate("stabilise", 1)
    assert found["open"] is False
    unmet = [one for one in found["criteria"] if not one["met"]]
    assert [(one["question"], one["figure"]) for one in unmet] == [("flows", "1 in a row, of 1 looked at")]
    for _ in range(2):
        night.request()
    night.work()
    assert gate("stabilise", 0)["open"] is True

    folder = project / "docs" / "reports" / "phase-gates"
    stems = sorted(one.stem for one in folder.glob("*.md"))
    assert len(stems) == 2
    assert stems[1] == f"{stems[0]}-2", "nothing is overwritten"
    evidence = json.loads((folder / f"{stems[1]}.json").read_text())
    assert (evidence["phase"], evidence["open"], len(evidence["criteria"])) == ("stabilise", True, 5)
    assert evidence["database"]
    page = (folder / f"{stems[0]}.md").read_text()
    assert page.startswith("# Phase stabilise: not open\n")
    assert "| **not met** | the last 3 flows went through" in page
    assert "select tgenabled from pg_trigger where tgname = 'on_document_entity_events_change'" in page

    # Criteria whose records are not there cannot be found out: that is not "not met".
    assert gate("observability", 3)["could_not_check"]
    gateway = {one["question"]: one for one in gate("single-gateway", 3)["criteria"]}
    assert (gateway["gateway"]["met"], gateway["gateway"]["figure"]) == (True, "100.00 % of 12 jobs")
    assert gateway["guards"]["met"] is True
    assert gateway["compat_zero"]["met"] is None

    # Drilled: each alert told and quiet again.
    lines = []
    for hour, codes in enumerate(({"CON001": 1, "CON002": 1, "CON003": 1}, {"FLO001": 1, "FLO002": 2}, {})):
        run = {"version": 1, "command": "forensics alert", "revision": None, "guards": {}, "compat": {}}
        now = night.connection.execute("select now() - make_interval(hours => %s)", (3 - hour,)).fetchone()
        assert now is not None
        lines.append(json.dumps(run | {"at": now[0].isoformat(), "result": "kept", "findings": codes}))
    (project / "docs" / "reports" / "alerts.jsonl").write_text("\n".join(lines) + "\n")
    assert gate("observability", 0)["open"] is True
    assert (
        "there is no phase 'nothing'" in CliRunner().invoke(main, ["gate", "nothing", "--config", config]).stderr
    )


def test_manual_sql_is_found_by_recorder_or_provenance(night: Night, project: Path) -> None:
    config = str(project / "classifications.yaml")

    def criterion() -> dict[str, Any]:
        result = CliRunner().invoke(
            main,
            ["gate", "continuous", "--config", config, "--format", "json", "--no-evidence"],
            prog_name="auditor",
        )
        found = json.loads(result.stdout)["criteria"]
        return next(one for one in found if one["question"] == "no_manual_sql_since")

    found = criterion()
    assert found["met"] is None, "Alembic keeps one row: what was before it cannot be told"
    night.connection.execute("alter function public.heartbeat_executor_job(bigint, text) cost 200")
    found = criterion()
    assert (found["met"], found["query"]) == (False, "auditor forensics provenance --out-of-band")
    assert any("heartbeat_executor_job" in line for line in found["details"])

    install = CliRunner().invoke(main, ["forensics", "recorder", "install"], prog_name="auditor").stdout
    night.connection.execute(install)
    night.connection.execute("create table by_hand (id int)")
    text = Path(config).read_text().replace("no_manual_sql_since: 2025-01-01", "no_manual_sql_since: 2099-01-01")
    Path(config).write_text(text)
    found = criterion()
    assert (found["met"], found["query"]) == (True, "auditor forensics recorder show"), "since a day to come"
    live = json.loads(night.run("forensics", "blame", "table public.by_hand", "--format", "json").stdout)["live"]
    assert [one["tag"] for one in live["recorded"]] == ["CREATE TABLE"]
    assert live["recorded"][0]["session_role"] == "postgres"
    shown = " ".join(night.run("forensics", "provenance", "table public.by_hand").stdout.split())
    assert "recorded" in shown
    assert "CREATE TABLE by postgres" in shown
    night.connection.execute(
        CliRunner().invoke(main, ["forensics", "recorder", "uninstall"], prog_name="auditor").stdout
    )


def test_the_week_is_one_page(night: Night) -> None:
    page = night.run("weekly").stdout
    for heading in ("Monday: ", "Wednesday: ", "Friday: "):
        assert heading in page
    assert "nothing is wrong" in page
    assert "phase stabilise  not open" in page
    night.connection.execute(f"alter table document_entities disable trigger {TRIGGER}")
    page = " ".join(night.run("weekly").stdout.split())
    assert f"trigger {TRIGGER} on public.document_entities by no migration, after 0020" in page
    assert "CON001" in page
    friday = json.loads(night.run("weekly", "--day", "friday", "--format", "json").stdout)
    assert list(friday["days"]) == ["friday"]
    assert [phase["phase"] for phase in friday["days"]["friday"]["phases"]] == [
        "stabilise",
        "single-gateway",
        "observability",
        "continuous",
    ]
