"""The examples of the rules are true: the bad one gives a finding of that rule, the good one none."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner

from auditor.cli import main
from auditor.model.rule import Example, Rule
from auditor.rules import RULES

DRAWN = {"REA003", "REA004"}
"""Rules whose examples cannot be run as they stand: a defect of a parser, a part of an Alembic environment."""

COMMANDS = {"FLO": ("forensics", "kpi"), "GAT": ("gate", "open", "--no-evidence")}
"""By the first letters of its code: the command that tells a rule about a live database."""

RUN = [rule for rule in RULES if rule.code not in DRAWN and not rule.code.startswith("REV")]
"""Those about a change need a repository: `test_review.py`."""

FILES = [rule for rule in RUN if "live.sql" not in rule.bad]
LIVE = [rule for rule in RUN if "live.sql" in rule.bad]


def write(example: Example, root: Path) -> None:
    for name, text in example.items():
        if name != "live.sql":
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)


def findings(*args: str) -> list[dict[str, Any]]:
    result = CliRunner().invoke(main, [*args, "--format", "json"])
    assert result.exit_code in (0, 1), result.stderr
    found: list[dict[str, Any]] = json.loads(result.stdout)["findings"]
    return found


@pytest.mark.usefixtures("one_replay_server")
@pytest.mark.parametrize("rule", FILES, ids=lambda rule: rule.code)
def test_an_example_of_files(rule: Rule, tmp_path: Path) -> None:
    for name, example, expected in (("bad", rule.bad, {rule.code}), ("good", rule.good, set())):
        write(example, tmp_path / name)
        found = findings("check", "--config", str(tmp_path / name / "classifications.yaml"))
        codes = {one["code"] for one in found}
        assert codes & {rule.code} == expected, found
        if name == "good":
            assert codes == set(), found


@pytest.mark.usefixtures("one_replay_server")
@pytest.mark.parametrize("rule", LIVE, ids=lambda rule: rule.code)
def test_an_example_with_a_live_database(
    rule: Rule, tmp_path: Path, database: str, connect: Callable[..., psycopg.Connection[Any]]
) -> None:
    """One change by hand is exactly one finding."""
    for name, example, expected in (("bad", rule.bad, [rule.code]), ("good", rule.good, [])):
        write(example, tmp_path / name)
        connection = connect()
        connection.execute(
            "drop schema public cascade; create schema public; grant usage on schema public to public"
        )
        for file in sorted((tmp_path / name / "migrations").iterdir()):
            connection.execute(file.read_text())
        if example["live.sql"]:
            connection.execute(example["live.sql"])
        config = str(tmp_path / name / "classifications.yaml")
        command = COMMANDS.get(rule.code[:3], ("drift",))
        found = findings(*command, "--config", config, "--db", database)
        assert [one["code"] for one in found] == expected, found
