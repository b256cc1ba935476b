"""The catalog that a history makes is remembered by content, and by content only."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.audits.parts import expected
from auditor.audits.parts.inputs import Inputs, read_inputs
from auditor.audits.parts.replaying import run_history
from auditor.config import Settings
from auditor.errors import CouldNotCheck
from auditor.replay.server import ThrowAwayServer

GOOD = "CREATE TABLE t (id serial PRIMARY KEY);\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("AUDITOR_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.delenv("AUDITOR_NO_CACHE", raising=False)
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations" / "1.sql").write_text(GOOD)
    return tmp_path


@pytest.fixture
def replays(monkeypatch: pytest.MonkeyPatch) -> list[Inputs]:
    seen: list[Inputs] = []

    def counted(inputs: Inputs, *args: object, **more: object) -> object:
        seen.append(inputs)
        return run_history(inputs, *args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(expected, "run_history", counted)
    return seen


def test_same_history_is_replayed_once(project: Path, replays: list[Inputs], server: ThrowAwayServer) -> None:
    first = expected.expected_catalog(read_inputs(Settings(project)), server.installation)
    second = expected.expected_catalog(read_inputs(Settings(project)), server.installation)
    assert len(replays) == 1
    assert second.snapshot == first.snapshot
    assert second.notes == first.notes


def test_changed_history_is_replayed_again(project: Path, replays: list[Inputs], server: ThrowAwayServer) -> None:
    expected.expected_catalog(read_inputs(Settings(project)), server.installation)
    (project / "migrations" / "2.sql").write_text("ALTER TABLE t ADD COLUMN a int;\n")
    later = expected.expected_catalog(read_inputs(Settings(project)), server.installation)
    assert len(replays) == 2
    assert "public.t.a" in {item.identity for item in later.snapshot.objects}


def test_failed_replay_is_not_remembered(project: Path, replays: list[Inputs], server: ThrowAwayServer) -> None:
    (project / "migrations" / "2.sql").write_text("ALTER TABLE nothing ADD COLUMN a int;\n")
    for _ in range(2):
        with pytest.raises(CouldNotCheck, match="nothing"):
            expected.expected_catalog(read_inputs(Settings(project)), server.installation)
    assert len(replays) == 2


def test_rows_are_remembered_for_the_contract_that_asks(
    project: Path, replays: list[Inputs], server: ThrowAwayServer
) -> None:
    (project / "migrations" / "2.sql").write_text("INSERT INTO t VALUES (7);\n")
    config = project / "classifications.yaml"
    found = []
    for columns in ("[id]", "[id]", "[id, note]"):
        config.write_text(f"version: 1\ncontract:\n  rows: [{{table: public.t, columns: {columns}}}]\n")
        inputs = read_inputs(Settings(project, config=config), configured=True)
        data = expected.expected_catalog(inputs, server.installation).data
        assert data is not None
        found.append(data.rows["public.t"])
    assert len(replays) == 2
    assert found[0] == found[1]
    assert found[0].rows == (("7",),)
    assert found[2].lacking == ("note",)
