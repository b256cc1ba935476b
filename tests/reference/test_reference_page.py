"""The page of a live database: what is wrong there is shown, and what could not be read is never shown as fine."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner
from reference_system import ROOT, ReferenceDatabase
from test_reference_drill import Night

from auditor.audits.parts.inputs import read_inputs
from auditor.cli import main
from auditor.config import Settings
from auditor.model import ObjectId

LISTENER = "public.process_document_entity_events()"
CLAIM = "public.claim_initial_decision_jobs(integer,pg_catalog.text)"
TRIGGER = "on_document_entity_events_change on public.document_entities"

Made = tuple[dict[str, Any], str, int]


@pytest.fixture
def report(tmp_path: Path) -> Callable[[str], Made]:
    def report(conninfo: str) -> Made:
        page, document = tmp_path / "page.html", tmp_path / "page.json"
        arguments = ["report", "--config", str(ROOT / "classifications.yaml"), "--db", conninfo]
        outputs = ["--output", str(page), "--output", f"json={document}"]
        result = CliRunner().invoke(main, [*arguments, *outputs], prog_name="auditor")
        assert result.exit_code in (0, 1, 3), result.output
        return json.loads(document.read_text()), page.read_text(), result.exit_code

    return report


def section(html: str, name: str) -> str:
    return re.sub(r"<wbr>", "", html.partition(f'<section id="{name}">')[2].partition("</section>")[0])


def older_definition() -> str:
    """The listener as 0010 wrote it."""
    inputs = read_inputs(Settings(ROOT, ROOT / "classifications.yaml"))
    life = inputs.history.lives[ObjectId("function", LISTENER)]
    return next(one.text for one in life.definitions if one.migration == "0010")


def test_a_night_on_one_page(
    reference_database: ReferenceDatabase, tmp_path: Path, report: Callable[[str], Made]
) -> None:
    night = Night(reference_database, tmp_path / "record.jsonl")
    night.work()
    run = night.connection.execute
    run(older_definition().encode())
    (claim,) = run(f"select pg_get_functiondef('{CLAIM}'::regprocedure)").fetchone() or ("",)
    run(claim.replace("BEGIN", "BEGIN\n    -- </script><b>patched", 1))
    run("alter table document_entities disable trigger on_document_entity_events_change")
    run("create trigger nobodys after insert on executor_jobs execute function tsvector_update_trigger()")
    run("alter table executor_jobs drop constraint executor_jobs_type_check")
    night.request()
    night.later()
    run("update executor_jobs set status = 'dead', finished_at = now(), last_error = '<i>poison' where id = 1")
    document, html, code = report(reference_database.conninfo)
    assert (code, document["result"]) == (1, "broken")

    objects = {one["identity"]: one["live"] for one in document["objects"]}
    listener, patched, trigger = objects[LISTENER], objects[CLAIM], objects[TRIGGER]
    assert (listener["word"], listener["matches"], listener["newest"]) == ("older", "0010", "0016")
    assert (patched["word"], patched["matches"], patched["newest"]) == ("altered", None, "0015")
    assert "+    -- </script><b>patched" in patched["diff"]
    assert patched["transaction"]["relation"] == "between"
    assert trigger["switched"] == [{"told": "disabled", "on": False}]
    assert trigger["differs"] == [{"field": "enabled", "expected": "origin", "actual": "disabled"}]
    assert objects["executor_jobs_type_check on public.executor_jobs"]["word"] == "missing"
    assert objects["nobodys on public.executor_jobs"]["word"] == "extra"
    assert objects["public.reclaim_stale_jobs(interval)"]["word"] == "same"
    assert "live is the version of 0010; 0016 replaced it" in section(html, "objects")

    drift = section(html, "drift")
    assert drift.count('class="drifted') == 5
    assert re.search(r'<tr class="only-right">.*-- &lt;/script&gt;&lt;b&gt;patched', drift)
    assert re.search(r"expected enabled</dt><dd>.*origin.*actual enabled</dt><dd>.*disabled", drift)
    figures = document["pipeline"]["figures"]
    assert (figures["gap"]["value"], figures["dead"]["value"]) == (1, 1)
    flow = section(html, "pipeline")
    assert flow.count("too much") >= 2
    assert "&lt;i&gt;poison" in flow
    assert {"FLO001", "FLO002"} <= {one["code"] for one in document["findings"]}
    assert "disabled" in section(html, "map")


def test_what_a_role_may_not_read_is_told_as_such(
    reference_database: ReferenceDatabase, report: Callable[[str], Made]
) -> None:
    connection = reference_database.connect()
    connection.execute("create role page_looker login")
    try:
        looking = psycopg.conninfo.make_conninfo(reference_database.conninfo, user="page_looker")
        document, html, code = report(looking)
        assert (code, document["result"]) == (3, "could-not-check")
        states = {one["area"]: one["state"] for one in document["coverage"]}
        assert (states["Live catalog"], states["Live flow"]) == ("checked", "could-not-check")
        assert states["Provenance"] == "partly"
        assert document["drift"]["findings"] == []
        assert {one["live"]["word"] for one in document["objects"]} == {"same"}
        assert "Every core object is live as it should be." in section(html, "drift")
        assert "Could not check" in section(html, "pipeline")
        assert re.search(r'class="tile unknown" href="#pipeline"', html)
    finally:
        connection.execute("drop role page_looker")


def test_a_server_that_does_not_answer(report: Callable[[str], Made]) -> None:
    document, html, code = report("postgresql://somebody:s3cret@127.0.0.1:1/nowhere")
    assert (code, document["result"]) == (3, "could-not-check")
    assert "s3cret" not in html
    assert all(one["live"] is None for one in document["objects"])
    for name in ("drift", "pipeline"):
        assert "Could not check" in section(html, name)
        assert document[name]["state"] == "could-not-check"
    assert "the database could not be read" in html
