"""What people read: the text reports of one small project, word by word, at 80 columns and without colour.

`AUDITOR_UPDATE_TEXT=1 python -m pytest -n 0 tests/command/test_text_reports.py` writes them anew into
tests/cases/text/expected; look at the difference before you commit it.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner

from auditor.cli import main

CASE = Path(__file__).parent.parent / "cases" / "text"
UPDATE = os.environ.get("AUDITOR_UPDATE_TEXT") == "1"
WIDTH = 80

COMMANDS = {
    "help": "--help",
    "check": "check",
    "check-quiet": "check -q",
    "classify": "classify",
    "effects": "effects",
    "history": "history public.claim",
    "history-of-all": "history public.*",
    "replay-verbose": "replay -v",
    "guard": "guard",
    "contract-show": "contract show",
    "contract-pin-check": "contract pin --check",
    "init": "init --dry-run --config other.yaml",
    "explain": "explain DRF003",
    "explain-squawk": "explain squawk/require-concurrent-index-creation",
    "explain-list": "explain --list",
    "no-code": "explain DRF0003",
    "no-command": "chek",
    "no-object": "history public.clam",
    "no-database": "drift --db postgresql://nobody:secret@127.0.0.1:1/none",
}
LIVE = {
    "drift": "drift",
    "drift-contract": "drift --scope contract",
    "blame": "forensics blame public.claim",
    "forensics-history": "forensics history public.documents",
    "provenance": "forensics provenance public.claim",
    "trace": "forensics trace 1",
    "trace-none": "forensics trace 99",
    "kpi": "forensics kpi --since all",
    "alert": "forensics alert --since all",
    "gate": "gate stabilise --no-evidence",
    "weekly": "weekly",
    "recorder-none": "forensics recorder show",
}

VOLATILE = (
    (r"PostgreSQL \d+\.\d+( \([^)]*\))?", "PostgreSQL 18.0"),
    (r"database\s+\S+\s+on\s+\S+\s+as\s+user\s+\w+", "database app on a.host:5432 as user reader"),
    (r"20(?!26-01-01)\d\d-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(\+00:00)?", "2026-01-02T00:00:00+00:00"),
    (r"for \d{4,} s", "for 99 s"),
    (r"replayed in \d+\.\d s", "replayed in 1.0 s"),
    (r"backlog_age \d+\.\d+", "backlog_age 1"),
)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("PGHOST", "DATABASE_URL", "AUDITOR_DATABASE_URL", "AUDITOR_FORMAT", "CI", "GITHUB_ACTIONS"):
        monkeypatch.delenv(name, raising=False)
    root = tmp_path / "project"
    shutil.copytree(CASE / "project", root, ignore=shutil.ignore_patterns("live.sql"))
    (root / "other.yaml").write_text("version: 1\nmigrations: [{path: migrations}]\n")
    monkeypatch.chdir(root)
    return root


def shown(arguments: str, *more: str) -> str:
    result = CliRunner().invoke(main, [*arguments.split(), *more], prog_name="auditor", terminal_width=WIDTH)
    text = f"$ auditor {arguments}\n{result.stdout}"
    if result.stderr:
        text += f"--- stderr\n{result.stderr}"
    text += f"[{result.exit_code}]\n"
    for pattern, steady in VOLATILE:
        text = re.sub(pattern, steady, text)
    return text.replace(str(Path.cwd()), "PROJECT")


def differing(wanted: dict[str, str]) -> list[str]:
    """Names of the reports that are not as they should be, which are written when they are to be."""
    wrong = []
    for name, text in wanted.items():
        path = CASE / "expected" / f"{name}.txt"
        if UPDATE:
            path.write_text(text, encoding="utf-8")
        if not path.exists() or path.read_text("utf-8") != text:
            wrong.append(f"{name}:\n{text}")
    return wrong


def test_reports_of_files_are_as_they_were(project: Path) -> None:
    assert differing({name: shown(arguments) for name, arguments in COMMANDS.items()}) == []


def test_reports_of_a_live_database_are_as_they_were(
    project: Path, database: str, connect: Callable[..., psycopg.Connection[Any]]
) -> None:
    connection = connect()
    for path in (*sorted((project / "migrations").iterdir()), CASE / "project" / "live.sql"):
        connection.execute(path.read_bytes())
    assert differing({name: shown(arguments, "--db", database) for name, arguments in LIVE.items()}) == []


def test_every_expected_report_is_compared() -> None:
    assert {path.stem for path in (CASE / "expected").iterdir()} == COMMANDS.keys() | LIVE.keys()


TO_BE_COPIED = re.compile(
    r"sha256:|CREATE|ALTER|GRANT|REVOKE|SELECT|INSERT|DROP|auditor |`|https?://|^\$ |^    |^auditor: error: "
)
"""What stands on a line that may be longer: what is copied, and what stands in somebody's own lines."""

ONE_LINE_EACH = {"check-quiet"}
"""Reports that are for programs too."""


def test_no_line_is_wider_than_80_columns_but_what_is_to_be_copied() -> None:
    wide = [
        f"{path.stem}: {line}"
        for path in sorted((CASE / "expected").iterdir())
        for line in path.read_text("utf-8").splitlines()
        if len(line) > WIDTH
        and not TO_BE_COPIED.search(line)
        and path.stem not in ONE_LINE_EACH
        # A name is never broken.
        and len(line) - max(map(len, line.split())) > WIDTH // 2
    ]
    assert wide == []
