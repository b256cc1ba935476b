"""A webhook: what is posted, when it is tried again, and that its address stays a secret."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from auditor.cli import main, webhook
from auditor.config import Settings
from auditor.model import Finding, Report, Severity


class Hook:
    """A server that answers with the statuses given, the last one again and again."""

    def __init__(self) -> None:
        self.answers = [200]
        self.bodies: list[dict[str, Any]] = []
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                hook.bodies.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(hook.answers.pop(0) if len(hook.answers) > 1 else hook.answers[0])
                self.end_headers()

            def log_message(self, *args: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/services/T0P/s3cr3t-token"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hook]:
    hook = Hook()
    monkeypatch.setenv(webhook.VARIABLE, hook.url)
    monkeypatch.setattr(webhook, "WAITS", (0.0, 0.0))
    yield hook
    hook.server.shutdown()
    hook.server.server_close()


BROKEN = Report(
    "forensics alert", findings=(Finding("DRF001", "object-missing", Severity.ERROR, "it is missing"),)
)


def test_it_is_tried_again_until_it_is_taken(hook: Hook) -> None:
    hook.answers = [503, 429, 204]
    assert webhook.post(hook.url, webhook.body_of(BROKEN, Severity.ERROR)) is None
    assert len(hook.bodies) == 3
    body = hook.bodies[-1]
    assert (body["version"], body["result"]) == (1, "broken")
    assert body["text"] == "auditor: broken\nerror DRF001 object-missing: it is missing"
    assert body["findings"][0]["code"] == "DRF001"


@pytest.mark.parametrize(("answers", "attempts"), [([500], 3), ([404], 1), ([302], 3)])
def test_a_refusal_is_told_without_the_address(hook: Hook, answers: list[int], attempts: int) -> None:
    hook.answers = answers
    why = webhook.post(hook.url, b"{}")
    assert why == f"the webhook at 127.0.0.1 was not reached: it answered {answers[0]} ({attempts} attempts)"
    assert "s3cr3t" not in why


def test_only_what_is_new_is_told(tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    quiet = Report("forensics alert")
    told = []
    for report in (quiet, BROKEN, BROKEN, quiet, quiet):
        told.append(webhook.changed(state, report, Severity.ERROR))
        webhook.remember(state, report, Severity.ERROR)
    assert told == [False, True, False, True, False]
    assert [path.name for path in tmp_path.iterdir()] == ["state.json"]


def test_what_the_webhook_did_not_take_is_told_again(
    hook: Hook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook, "WAITS", ())
    state = tmp_path / "state.json"
    settings = Settings(root=tmp_path)

    def run(report: Report) -> Report:
        return webhook.told(lambda: report, hook.url, settings, state)

    hook.answers = [500]
    assert run(BROKEN).could_not_check
    assert len(hook.bodies) == 1
    hook.answers = [200]
    assert run(BROKEN).could_not_check == ()
    assert len(hook.bodies) == 2
    assert run(BROKEN).could_not_check == ()
    assert len(hook.bodies) == 2
    hook.answers = [500]
    assert run(Report("forensics alert")).could_not_check
    hook.answers = [200]
    assert run(Report("forensics alert")).could_not_check == ()
    assert [body["result"] for body in hook.bodies] == ["broken", "broken", "kept", "kept"]


def test_a_database_that_is_not_there_is_an_alert_too(
    hook: Hook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations" / "1.sql").write_text("CREATE TABLE t (id int);\n")
    (tmp_path / "classifications.yaml").write_text("version: 1\nmigrations: [{path: migrations}]\n")
    args = ["forensics", "alert", "--config", str(tmp_path / "classifications.yaml"), "-v", "--webhook"]
    args += ["--db", "postgresql://u:p4ssw0rd@127.0.0.1:1/none"]
    result = CliRunner().invoke(main, args, prog_name="auditor")
    assert result.exit_code == 3
    assert hook.bodies[0]["result"] == "could-not-check"
    assert "p4ssw0rd" not in json.dumps(hook.bodies) + result.output
    hook.answers = [500]
    result = CliRunner().invoke(main, args, prog_name="auditor")
    assert result.exit_code == 3
    assert "the webhook at 127.0.0.1 was not reached" in result.stderr
    assert "s3cr3t" not in result.output
    monkeypatch.delenv(webhook.VARIABLE)
    result = CliRunner().invoke(main, args, prog_name="auditor")
    assert result.exit_code == 2
    assert "needs an http or https URL in AUDITOR_WEBHOOK_URL" in result.stderr
