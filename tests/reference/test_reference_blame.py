"""Which migration defined what, and what runs instead, through the command."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result
from reference_system import ROOT, ReferenceDatabase

from auditor.cli import main

CLAIM = "public.claim_initial_decision_jobs(integer,pg_catalog.text)"
LISTENER = "public.process_document_entity_events()"
TRIGGER = "on_document_entity_events_change on public.document_entities"


def forensics(*args: str, code: int = 0) -> Result:
    config = str(ROOT / "classifications.yaml")
    result = CliRunner().invoke(main, ["forensics", *args, "--config", config], prog_name="auditor")
    assert result.exit_code == code, result.stderr
    return result


def document(*args: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(forensics(*args, "--format", "json").stdout)
    assert found["version"] == 1
    return found


@pytest.fixture(autouse=True)
def no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AUDITOR_DATABASE_URL", "DATABASE_URL", "PGHOST", "PGHOSTADDR", "PGSERVICE", "PGDATABASE"):
        monkeypatch.delenv(name, raising=False)


def test_without_a_database_every_definition_is_told() -> None:
    found = document("blame", "public.claim_initial_decision_jobs(int, text)")
    assert (found["kind"], found["identity"], found["class"]) == ("function", CLAIM, "core")
    assert found["class_entry"] == "function public.claim_*"
    assert [one["section"] for one in found["contract"]] == ["functions", "queues"]
    assert [(one["migration"], one["action"]) for one in found["definitions"]] == [
        ("0005", "create"),
        ("0012", "replace"),
        ("0015", "replace"),
    ]
    assert found["definitions"][0]["file"] == "migrations/versions/0005_queue.py"
    assert "+                 ORDER BY q.available_at, q.id" in found["definitions"][2]["diff"]
    assert found["live"] is None
    assert "live database: none was given (--db URL)" in found["not_checked"]


def test_what_is_called_by_nobody_is_a_usage_error() -> None:
    assert "did you mean" in forensics("blame", "public.claim_initial_decision_job", code=2).stderr
    assert "name an object" in forensics("blame", code=2).stderr
    assert "name an object" in forensics("history", "public.x", "--all", "core", code=2).stderr


def test_several_objects_are_a_list() -> None:
    found = document("blame", "function public.claim_*")
    assert [one["identity"].partition("(")[0] for one in found["objects"]] == [
        "public.claim_initial_decision_jobs",
        "public.claim_orchestrator_jobs",
    ]
    legacy = document("blame", "--all", "legacy")
    assert {one["class"] for one in legacy["objects"]} == {"legacy"}
    assert "table public.user_documents" in {f"{one['kind']} {one['identity']}" for one in legacy["objects"]}


def test_what_runs_live_is_told_by_version(reference_database: ReferenceDatabase) -> None:
    db = ("--db", reference_database.conninfo)
    clean = document("blame", "--all", "core", *db)
    assert not [one for one in clean["objects"] if one["live"]["differs"] or one["live"]["diff"]]
    parts = {one["kind"] for one in clean["objects"] if one["live"]["exists"] is None}
    assert parts == {"index", "table constraint"}, "indexes of constraints, NOT NULL constraints"
    told = [one for one in clean["objects"] if one["live"]["exists"] is not None]
    assert not [one for one in told if one["live"]["matches"] != one["live"]["newest"]]

    older = next(one for one in document("blame", LISTENER)["definitions"] if one["migration"] == "0010")
    connection = reference_database.connect()
    connection.execute(older["text"])
    found = document("blame", LISTENER, *db)
    assert (found["live"]["matches"], found["live"]["newest"]) == ("0010", "0016")
    assert "-                    WHEN 'anchor.confirmed' THEN 'build_artifact'" in found["live"]["diff"]
    assert "the version of 0010; 0016 replaced it" in forensics("blame", LISTENER, *db).stdout

    connection.execute(older["text"].replace("LOOP", "LOOP NULL;", 1))
    assert document("blame", LISTENER, *db)["live"]["matches"] is None
    assert "a version that no migration wrote" in forensics("blame", LISTENER, *db).stdout

    connection.execute("alter table document_entities disable trigger on_document_entity_events_change")
    found = document("blame", f"trigger {TRIGGER}", *db)
    assert found["live"]["matches"] is None
    assert found["live"]["differs"] == [{"field": "enabled", "expected": "origin", "actual": "disabled"}]

    # The index that 0015 rebuilt, as 0012 had made it.
    connection.execute("drop index ix_executor_jobs_claimable")
    connection.execute(
        "create index ix_executor_jobs_claimable on executor_jobs (type, created_at) where status = 'queued'"
    )
    connection.execute("create table by_hand (id int)")
    found = document("blame", "index public.ix_executor_jobs_claimable", *db)
    assert (found["live"]["matches"], found["live"]["newest"]) == ("0012", "0015")
    found = document("blame", "table public.by_hand", *db)
    assert (found["definitions"], found["live"]["exists"], found["live"]["matches"]) == ([], True, None)

    line = document("history", "public.executor_jobs", *db)
    assert [step["migration"] for step in line["migrations"]][:3] == ["0005", "0007", "0009"]
    assert [(one["identity"], one["matches"], one["newest"]) for one in line["live"]] == [
        ("public.ix_executor_jobs_claimable", "0012", "0015")
    ]
    told = forensics("history", "--all", "core", *db).stdout
    assert "is the version of 0012  index public.ix_executor_jobs_claimable\n" in told
    assert f"differs in enabled  trigger {TRIGGER}\n" in told
