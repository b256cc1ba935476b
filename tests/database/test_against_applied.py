"""Before a deploy: a database that lacks the newest migrations is held against those that it has."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner

from auditor.cli import main
from auditor.replay.server import ThrowAwayServer

TOP = Path(__file__).parent.parent.parent


@pytest.fixture
def url(server: ThrowAwayServer, database_name: str) -> str:
    """The reference system as it was after migration 0015 of 0020."""
    url = server.sqlalchemy_url(database_name)
    subprocess.run(
        [sys.executable, "-m", "alembic.config", "-x", f"url={url}", "upgrade", "0015"],
        cwd=TOP,
        env=os.environ | {"PYTHONPATH": str(TOP)},
        check=True,
        capture_output=True,
    )
    return url


def drift(url: str, *arguments: str) -> dict[str, Any]:
    config = str(TOP / "classifications.yaml")
    result = CliRunner().invoke(main, ["drift", "--config", config, "--db", url, "--format", "json", *arguments])
    assert result.exit_code in (0, 1), result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_pending_migrations_are_no_drift(url: str, connect: Callable[..., psycopg.Connection[Any]]) -> None:
    assert drift(url)["result"] == "broken", "the whole history is not there"
    found = drift(url, "--against", "applied")
    assert found["result"] == "kept", found["findings"]
    assert "pending: 0016, 0017, 0018, 0019, 0020" in found["notes"]
    assert all("which is pending, changes it" in one["message"] for one in found["findings"])

    connect().execute("ALTER TABLE public.document_entities DISABLE TRIGGER on_document_entity_events_change")
    errors = [one for one in drift(url, "--against", "applied")["findings"] if one["severity"] == "error"]
    assert [one["code"] for one in errors] == ["CON001"]


def test_without_a_ledger_it_cannot_be_told(url: str, connect: Callable[..., psycopg.Connection[Any]]) -> None:
    connect().execute("DROP TABLE public.alembic_version")
    config = str(TOP / "classifications.yaml")
    result = CliRunner().invoke(main, ["drift", "--config", config, "--db", url, "--against", "applied"])
    assert result.exit_code == 3
    assert "no ledger was read" in result.stderr
