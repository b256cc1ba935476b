"""A flow whose events are rows, in tables and columns that must be quoted."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
from click.testing import CliRunner

from auditor.cli import main

CONFIG = """
version: 1
pipeline:
  events: {table: 'shop."Order Events"', id: orderId, type: kind, at: happened}
  jobs: {table: shop.jobs, id: id, entity: order_id, type: type, status: state, created: created}
  runs: {table: shop.runs, job: job, started: started, error: "what's wrong"}
  requires: {paid: ship}
"""
TABLES = """
create schema shop;
create type shop.state as enum ('QUEUED', 'DONE', 'odd');
create table shop."Order Events" ("orderId" int, kind text, happened timestamp);
create table shop.jobs (id int, order_id text, type text, state shop.state, created timestamp);
create table shop.runs (job int, started timestamp, "what's wrong" text);
insert into shop."Order Events" values (1, 'made', now() - interval '2 h'), (1, 'paid', now() - interval '1 h'),
                                       (2, 'paid', now() - interval '1 h'), (3, 'paid', null);
insert into shop.jobs values (7, '1', 'ship', 'DONE', now() - interval '1 h'), (8, '1', 'ship', 'odd', now());
insert into shop.runs values (7, now(), 'O''Neill refused');
"""


def test_events_as_rows(tmp_path: Path, database: str, connect: Callable[..., psycopg.Connection[Any]]) -> None:
    connect().execute(TABLES)
    (tmp_path / "classifications.yaml").write_text(CONFIG)

    def run(*args: str, code: int) -> dict[str, Any]:
        config = str(tmp_path / "classifications.yaml")
        result = CliRunner().invoke(
            main,
            ["forensics", *args, "--db", database, "--config", config, "--format", "json"],
            prog_name="auditor",
        )
        assert result.exit_code == code, result.stderr
        found: dict[str, Any] = json.loads(result.stdout)
        return found

    found = run("trace", "1", code=0)
    assert [(one["type"], one["state"]) for one in found["events"]] == [("made", "not required"), ("paid", "done")]
    assert [job["id"] for job in found["events"][1]["jobs"]] == ["7", "8"]
    assert found["events"][1]["jobs"][0]["runs"][0]["error"] == "O'Neill refused"
    assert run("trace", "2", code=0)["stopped"] == "missing"

    kpi = run("kpi", "--since", "all", code=1)
    assert [gap["entity"] for gap in kpi["gaps"]] == ["2", "3"]
    assert kpi["figures"]["gap"]["value"] == 1
    assert kpi["figures"]["failed_runs"]["value"] == 1
    assert any("'odd'" in line for line in kpi["not_checked"]), "a status that means nothing known is told"
    assert any("1 events without their job whose time cannot be read" in line for line in kpi["not_checked"])
    assert run("kpi", "--since", "30m", code=0)["figures"]["gap"]["value"] == 0
