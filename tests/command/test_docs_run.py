"""The commands that the documentation shows are run as it shows them, page by page.

In a block ```console each line `$ COMMAND` is run by bash; the lines behind it must be found in what it prints, in
this order (`...` stands for anything, spacing is free), and `[N]` is its exit code. A block behind a line that has
nothing but a file's name is that file.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from auditor.replay.server import ThrowAwayServer

TOP = Path(__file__).parent.parent.parent
BLOCK = re.compile(
    r"^(?:`(?P<file>[\w./-]+)`:\n\n)?```(?P<language>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)


def commands(text: str) -> Iterator[tuple[str, list[str], int]]:
    """Each command of a block, what must be found in its output, its exit code."""
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, *lines = part.rstrip("\n").split("\n")
        codes = [int(line[1:-1]) for line in lines if re.fullmatch(r"\[\d+\]", line)]
        yield command, [line for line in lines if not re.fullmatch(r"\[\d+\]", line)], codes[0] if codes else 0


def pattern(line: str) -> str:
    pieces = [r"\s+".join(re.escape(word) for word in piece.split()) for piece in line.split("...")]
    return ".*?".join(pieces)


def run(page: Path, directory: Path, environment: dict[str, str]) -> int:
    """Run a page; how many commands it had."""
    count = 0
    for block in BLOCK.finditer(page.read_text("utf-8")):
        if block["file"]:
            (directory / block["file"]).write_text(block["text"])
        if block["language"] != "console":
            continue
        for command, expected, code in commands(block["text"]):
            done = subprocess.run(
                ["bash", "-c", command],
                cwd=directory,
                env=environment,
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == code, f"{command}: {done.stdout}{done.stderr}"
            wanted = r"[\s\S]*?".join(pattern(line) for line in expected)
            assert re.search(wanted, done.stdout), f"{command}: {done.stdout}{done.stderr}"
            count += 1
    return count


@pytest.fixture
def environment(tmp_path: Path, server: ThrowAwayServer) -> dict[str, str]:
    """This program as `auditor`, and psql from the throw-away server's binaries."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name, module in (("auditor", "auditor"), ("alembic", "alembic.config")):
        (programs / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" -m {module} "$@"\n')
        (programs / name).chmod(0o755)
    path = os.pathsep.join([str(programs), os.environ["PATH"], str(server.installation.bindir)])
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("GITHUB_", "AUDITOR_", "PG"))
    }
    return kept | {"PATH": path, "PYTHONPATH": str(TOP)}


def test_the_tutorial(tmp_path: Path, environment: dict[str, str]) -> None:
    directory = tmp_path / "project"
    directory.mkdir()
    assert run(TOP / "docs" / "tutorial.md", directory, environment) > 8


def test_before_a_deploy(
    tmp_path: Path, environment: dict[str, str], server: ThrowAwayServer, database_name: str
) -> None:
    directory = tmp_path / "project"
    directory.mkdir()
    for name in ("migrations", "services"):
        shutil.copytree(TOP / name, directory / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("alembic.ini", "classifications.yaml"):
        shutil.copy(TOP / name, directory)
    url = server.sqlalchemy_url(database_name)
    here = environment | {
        "DATABASE_URL": url,
        "AUDITOR_DATABASE_URL": url,
        "PGHOST": str(server.directory),
        "PGDATABASE": database_name,
        "PGUSER": server.superuser,
    }
    subprocess.run(["alembic", "upgrade", "head"], cwd=directory, env=here, check=True, capture_output=True)
    assert run(TOP / "docs" / "how-to" / "before-a-deploy.md", directory, here) > 6
