"""The history replayed in one PostgreSQL, the live database in another: only what was tampered with is drift."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner

from auditor.cli import main
from auditor.replay.binaries import find_installations
from auditor.replay.server import throw_away_server

TOP = Path(__file__).parent.parent.parent
LIVE, REPLAY = 15, 18


TABLE = "public.executor_jobs"
TRIGGER = "on_document_entity_events_change"

TAMPERINGS = {
    f"ALTER TABLE public.document_entities DISABLE TRIGGER {TRIGGER}": (
        "CON001",
        "core",
        f"trigger {TRIGGER} on public.document_entities",
        "enabled",
    ),
    f"GRANT INSERT ON {TABLE} TO PUBLIC": ("DRF007", "core", f"table {TABLE}", "privileges"),
    f"ALTER TABLE {TABLE} ALTER status DROP DEFAULT": (
        "DRF004",
        "core",
        f"table column {TABLE}.status",
        "default",
    ),
}
"""What somebody does by hand, and the one finding of it: code, class, object, field."""


@pytest.fixture
def url(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The reference system, all of it, in the older server, on a machine that replays in the newer one only."""
    majors = {one.major for one in find_installations()}
    for major, how in ((LIVE, "the Debian package postgresql-15"), (REPLAY, "the extra `embedded`")):
        if major not in majors:
            pytest.skip(f"PostgreSQL {major} is not installed ({how})")
    newer = find_installations(REPLAY)[0]
    monkeypatch.setattr("auditor.audits.parts.replaying.find_installations", lambda major: [])  # noqa: ARG005
    monkeypatch.setattr("auditor.audits.parts.replaying.choose", lambda major: newer)  # noqa: ARG005
    with throw_away_server(major=LIVE) as server:
        url = server.sqlalchemy_url(server.create_database("live"))
        subprocess.run(
            [sys.executable, "-m", "alembic.config", "-x", f"url={url}", "upgrade", "head"],
            cwd=TOP,
            env=os.environ | {"PYTHONPATH": str(TOP)},
            check=True,
            capture_output=True,
        )
        yield url


def drift(url: str) -> list[tuple[Any, ...]]:
    """What the command finds, and that it did compare with the newer version."""
    arguments = ["--db", url, "--against", "history", "--scope", "all", "--format", "json"]
    result = CliRunner().invoke(main, ["drift", "--config", str(TOP / "classifications.yaml"), *arguments])
    assert result.exit_code in (0, 1), result.output
    found = json.loads(result.stdout)
    assert f"expected is as PostgreSQL {REPLAY} has it, the live server is {LIVE}" in str(found["notes"])
    return [
        (one["code"], one["class"], f"{one['kind']} {one['identity']}", one["field"]) for one in found["findings"]
    ]


def test_each_tampering_is_one_finding(url: str) -> None:
    assert drift(url) == []
    with psycopg.connect(url.replace("postgresql+psycopg", "postgresql")) as connection:
        connection.execute("; ".join(TAMPERINGS).encode())
    assert sorted(drift(url)) == sorted(TAMPERINGS.values())
