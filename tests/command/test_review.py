"""`auditor review`, in real git repositories."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from auditor.cli import main
from auditor.model.rule import Example, Rule
from auditor.rules import RULES

pytestmark = pytest.mark.usefixtures("one_replay_server")

IDENTITY = ("-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false")


def git(root: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(root), *IDENTITY, *arguments], check=True, capture_output=True, text=True
    )
    return done.stdout


def commit(root: Path, files: dict[str, str | None]) -> None:
    for name, text in files.items():
        path = root / name
        if text is None:
            path.unlink()
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    git(root, "add", "-A")
    git(root, "commit", "-q", "--allow-empty", "-m", "x")


def below(example: Example, folder: str) -> dict[str, str | None]:
    return {name.removeprefix(folder): text for name, text in example.items() if name.startswith(folder)}


def repository(root: Path, example: Example) -> Path:
    """`fork/` is where the branch began, `main/` what main has got since, all else the branch."""
    root.mkdir(exist_ok=True)
    git(root, "init", "-q", "-b", "main")
    commit(root, below(example, "fork/"))
    git(root, "branch", "change")
    if below(example, "main/"):
        commit(root, below(example, "main/"))
    git(root, "checkout", "-q", "change")
    commit(root, {name: text for name, text in example.items() if not name.startswith(("fork/", "main/"))})
    return root


def invoke(root: Path, *arguments: str) -> Result:
    config = str(root / "classifications.yaml")
    return CliRunner().invoke(main, ["review", "--config", config, *arguments], prog_name="auditor")


def review(root: Path, *arguments: str) -> dict[str, Any]:
    result = invoke(root, "--base", "main", "--format", "json", *arguments)
    assert result.exit_code in (0, 1), result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


@pytest.mark.parametrize("rule", [r for r in RULES if r.code.startswith("REV")], ids=lambda rule: rule.code)
def test_the_examples_of_the_rules_are_true(rule: Rule, tmp_path: Path) -> None:
    for name, example, expected in (("bad", rule.bad, [rule.code]), ("good", rule.good, [])):
        found = review(repository(tmp_path / name, example))
        assert [one["code"] for one in found["findings"]] == expected, found["findings"]


CONFIG = """\
version: 1
classes: {core: [table public.jobs, function public.claim], infra: [table public.notes]}
"""
FIRST = """\
CREATE TABLE public.jobs (id bigint PRIMARY KEY);
CREATE FUNCTION public.claim() RETURNS int LANGUAGE sql AS $$
SELECT 1
$$;
CREATE TABLE public.stray (id bigint);
"""
SECOND = """\
CREATE OR REPLACE FUNCTION public.claim() RETURNS int LANGUAGE sql AS $$
SELECT 2
$$;
CREATE TABLE public.other (id bigint);
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return repository(
        tmp_path / "repository",
        {
            "fork/classifications.yaml": CONFIG,
            "fork/migrations/0001_first.sql": FIRST,
            "migrations/0002_second.sql": SECOND,
        },
    )


def test_only_the_change_is_told(project: Path) -> None:
    found = review(project)
    assert [one["identity"] for one in found["findings"]] == ["public.other"], "public.stray stood before"
    assert "2 findings stood before the change (`auditor check` tells all)" in found["notes"]
    assert [(m["migration"], m["class"], m["change"]) for m in found["migrations"]] == [
        ("0002_second", "core", "added")
    ]


def test_core_objects_are_told_before_and_after(project: Path) -> None:
    (claim,) = review(project)["objects"]
    assert (claim["identity"], claim["actions"]) == ("public.claim()", ["replace"])
    assert (claim["before"]["migration"], claim["after"]["migration"]) == ("0001_first", "0002_second")
    assert "-SELECT 1\n+SELECT 2" in claim["diff"]
    text = invoke(project, "--base", "main").stdout
    assert "-SELECT 1\n    +SELECT 2" in text
    markdown = invoke(project, "--base", "main", "--format", "markdown").stdout
    assert "| `0002_second` | core |" in markdown
    assert "-SELECT 1\n+SELECT 2" in markdown


def test_what_is_not_committed_counts(project: Path) -> None:
    (project / "migrations" / "0003_third.sql").write_text("DROP FUNCTION public.claim();\n")
    found = review(project)
    assert [m["migration"] for m in found["migrations"]] == ["0002_second", "0003_third"]
    assert found["objects"][0]["after"] is None


def test_an_edit_of_a_comment_is_a_note(project: Path) -> None:
    (project / "migrations" / "0001_first.sql").write_text("-- the first\n" + FIRST)
    (edited,) = (one for one in review(project)["findings"] if one["code"] == "REV001")
    assert edited["severity"] == "note"


def test_a_renamed_migration_is_called_that(project: Path) -> None:
    git(project, "mv", "migrations/0001_first.sql", "migrations/0000_first.sql")
    found = [one for one in review(project)["findings"] if one["code"] == "REV001"]
    assert [one["message"] for one in found] == [
        "migration 0001_first, which the base has, is renamed to 0000_first"
    ]


def test_a_repository_without_a_change(project: Path) -> None:
    git(project, "checkout", "-q", "main")
    found = review(project)
    assert (found["findings"], found["migrations"], found["objects"]) == ([], [], [])


def test_a_project_below_the_top_of_its_repository(tmp_path: Path) -> None:
    root = repository(
        tmp_path / "repository",
        {
            "fork/db/classifications.yaml": CONFIG,
            "fork/db/migrations/0001_first.sql": FIRST,
            "fork/README": "",
            "db/migrations/0002_second.sql": SECOND,
        },
    )
    found = review(root / "db")
    assert [m["migration"] for m in found["migrations"]] == ["0002_second"]
    sarif = json.loads(invoke(root / "db", "--base", "main", "--format", "sarif").stdout)
    (place,) = sarif["runs"][0]["results"][0]["locations"]
    assert place["physicalLocation"]["artifactLocation"]["uri"] == "db/migrations/0002_second.sql"


def test_a_project_that_the_change_begins(tmp_path: Path) -> None:
    root = repository(
        tmp_path / "repository",
        {"fork/README": "", "classifications.yaml": CONFIG, "migrations/0001_first.sql": FIRST},
    )
    assert [m["migration"] for m in review(root)["migrations"]] == ["0001_first"]


def test_bad_bases(project: Path, tmp_path: Path) -> None:
    unknown = invoke(project, "--base", "origin/none")
    assert unknown.exit_code == 2
    assert "git knows no revision 'origin/none'" in unknown.stderr
    assert invoke(project, "--base", "--output=/tmp/x").exit_code == 2
    bare = tmp_path / "bare"
    (bare / "migrations").mkdir(parents=True)
    (bare / "classifications.yaml").write_text(CONFIG)
    (bare / "migrations" / "0001_first.sql").write_text(FIRST)
    outside = invoke(bare, "--base", "main")
    assert outside.exit_code == 3
    assert "is in no git repository that can be read" in outside.stderr


def test_a_repository_of_somebody_else(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a container into which it is mounted: git's own reason is told."""
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    foreign = invoke(project, "--base", "main")
    assert foreign.exit_code == 3
    assert "dubious ownership" in foreign.stderr


def test_a_history_that_does_not_reach_back(project: Path, tmp_path: Path) -> None:
    git(project, "checkout", "-q", "main")
    commit(project, {"README": "moved on"})
    shallow = tmp_path / "shallow"
    subprocess.run(
        ["git", "clone", "-q", "--depth=1", "--no-single-branch", "--branch=change", f"file://{project}", shallow],
        check=True,
    )
    result = invoke(shallow, "--base", "origin/main")
    assert result.exit_code == 3
    assert "fetch more of it" in result.stderr
