"""`action.yml` and `.pre-commit-hooks.yaml`: what they run is run here as it stands, in small repositories."""

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

TOP = Path(__file__).parent.parent.parent
CONFIG = "version: 1\nclasses: {core: [table public.jobs]}\n"
OWNED = "CREATE TABLE public.jobs (id bigint);\n"
UNOWNED = "CREATE TABLE public.stray (id bigint);\n"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    root = tmp_path / "a repository"
    (root / "migrations").mkdir(parents=True)
    (root / "classifications.yaml").write_text(CONFIG)
    (root / "migrations" / "0001_jobs.sql").write_text(OWNED)
    for arguments in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-qm", "x"]):
        subprocess.run(
            ["git", "-c", "user.name=t", "-c", "user.email=t@example.org", *arguments], cwd=root, check=True
        )
    return root


def action() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((TOP / "action.yml").read_text("utf-8"))
    return found


def run_action(root: Path, tmp_path: Path, **inputs: str) -> tuple[int, str, str]:
    """The step that runs auditor, with the program of this environment in the place of the installed one."""
    bin_directory = tmp_path / "temp" / "auditor" / "bin"
    if not bin_directory.exists():
        bin_directory.mkdir(parents=True)
        program = bin_directory / "auditor"
        program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m auditor "$@"\n')
        program.chmod(0o755)
    (step,) = (step for step in action()["runs"]["steps"] if step.get("id") == "run")
    names = {name: f"INPUT_{name.upper().removesuffix('-FILE').replace('-', '_')}" for name in action()["inputs"]}
    assert set(step["env"]) <= set(names.values())
    given = {names[name]: str(one.get("default", "")) for name, one in action()["inputs"].items()}
    given |= {names[name.replace("_", "-")]: value for name, value in inputs.items()}
    output = tmp_path / "output"
    environment = (
        os.environ
        | given
        | {
            "RUNNER_TEMP": str(tmp_path / "temp"),
            "GITHUB_OUTPUT": str(output),
            "GITHUB_ACTIONS": "true",
            "PYTHONPATH": str(TOP),
        }
    )
    done = subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", step["run"]],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, output.read_text() if output.exists() else "", done.stderr


def test_the_action_reviews_a_change(repository: Path, tmp_path: Path) -> None:
    (repository / "migrations" / "0002_stray.sql").write_text(UNOWNED)
    code, output, stderr = run_action(
        repository, tmp_path, base="main", sarif_file="out.sarif", args="--strict -q"
    )
    assert (code, output) == (1, "result=broken\n"), stderr
    assert "::error file=migrations/0002_stray.sql,line=1,col=1,title=CLS001 unowned-object::" in stderr
    (run,) = json.loads((repository / "out.sarif").read_text())["runs"]
    assert [result["ruleId"] for result in run["results"]] == ["CLS001"]


def test_the_action_says_when_it_could_not_check(repository: Path, tmp_path: Path) -> None:
    code, output, _ = run_action(repository, tmp_path, base="origin/$(touch pwned)")
    assert (code, output) == (2, "result=could-not-check\n")
    assert not (repository / "pwned").exists()


def test_every_input_of_the_action_is_documented_and_used() -> None:
    text = (TOP / "action.yml").read_text("utf-8")
    for name, given in action()["inputs"].items():
        assert given["description"]
        assert f"inputs.{name}" in text
    (install,) = (step for step in action()["runs"]["steps"] if step["name"] == "Install auditor")
    assert '"$GITHUB_ACTION_PATH[embedded]"' in install["run"]


def hooks() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load((TOP / ".pre-commit-hooks.yaml").read_text("utf-8"))
    return found


@pytest.mark.parametrize("hook", hooks(), ids=lambda hook: hook["id"])
def test_a_hook_passes_and_fails(hook: dict[str, Any], repository: Path) -> None:
    command = [sys.executable, "-m", *shlex.split(hook["entry"])]
    environment = os.environ | {"PYTHONPATH": str(TOP)}
    done = subprocess.run(command, cwd=repository, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (repository / "migrations" / "0002_stray.sql").write_text(UNOWNED)
    done = subprocess.run(command, cwd=repository, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    assert "CLS001" in done.stdout
    assert hook["pass_filenames"] is False
