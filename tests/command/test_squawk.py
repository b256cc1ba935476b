"""Squawk through `check`: under its own rule names, at the lines of the file, as bad as their object."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from auditor.audits.parts.squawk import find_squawk, sheet_of
from auditor.cli import main
from auditor.migrations.statements import split_statements
from auditor.model import Migration

pytestmark = [
    pytest.mark.squawk,
    pytest.mark.skipif(find_squawk() is None, reason="squawk is not installed (the extra `squawk`)"),
]

CONFIG = """\
version: 1
migrations: [{path: migrations}]
classes: {core: [table public.jobs], infra: [table public.notes]}
"""
FIRST = """\
CREATE TABLE public.jobs (id bigint PRIMARY KEY, a bigint);
CREATE TABLE public.notes (id bigint, a bigint);
DROP TABLE IF EXISTS public.gone;
"""
SECOND = """\
-- a comment before

CREATE INDEX jobs_a ON public.jobs (a);
  CREATE INDEX
    notes_a ON public.notes (a);
"""
RULE = "squawk/require-concurrent-index-creation"


def _check(root: Path, config: str = CONFIG) -> dict[str, Any]:
    (root / "migrations").mkdir(exist_ok=True)
    (root / "classifications.yaml").write_text(config)
    (root / "migrations" / "0001_first.sql").write_text(FIRST)
    (root / "migrations" / "0002_second.sql").write_text(SECOND)
    result = CliRunner().invoke(
        main, ["check", "--config", str(root / "classifications.yaml"), "--format", "json"]
    )
    assert result.exit_code in (0, 1), result.stderr
    report: dict[str, Any] = json.loads(result.stdout)
    return report


def _indexes(report: dict[str, Any]) -> list[tuple[str, int]]:
    return [(one["severity"], one["location"]["line"]) for one in report["findings"] if one["code"] == RULE]


def test_severity_follows_class_and_lines_are_those_of_the_file(tmp_path: Path) -> None:
    assert _indexes(_check(tmp_path)) == [("error", 3), ("warning", 4)]


def test_a_rule_can_be_switched_off_and_a_finding_allowed(tmp_path: Path) -> None:
    assert _indexes(_check(tmp_path, CONFIG + f"squawk: {{off: [{RULE.removeprefix('squawk/')}]}}\n")) == []
    allow = f"allow:\n  - {{code: {RULE}, file: migrations/0002_second.sql, reason: small}}\n"
    report = _check(tmp_path, CONFIG + allow)
    assert _indexes(report) == []
    assert report["allowed"] == 2


def test_only_new_migrations_unless_all_are_asked_for(tmp_path: Path) -> None:
    def files(config: str) -> set[str]:
        found = _check(tmp_path, config)["findings"]
        return {one["location"]["file"] for one in found if "squawk/" in one["code"]}

    assert files(CONFIG) == {"migrations/0002_second.sql"}
    assert "migrations/0001_first.sql" in files(CONFIG + "squawk: {migrations: all}\n")
    assert files(CONFIG + "squawk: {migrations: none}\n") == set()


def test_a_sheet_knows_where_its_lines_come_from() -> None:
    statements = tuple(split_statements(SECOND, "a.sql"))
    sheet = sheet_of(Migration("a", "a.sql", "sql", statements))
    for number, text in enumerate(sheet.text.splitlines()):
        if text and text != ";":
            place, _ = sheet.place(number, len(text) - len(text.lstrip()), statements)
            written = SECOND.splitlines()[place.line - 1][place.column - 1 :]
            assert written.startswith(text.strip()[:5])
