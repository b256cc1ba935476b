"""The commands that the documentation shows are run as it shows them, page by page.

In a block ```console each line `$ COMMAND` is run (a `\\` at its end continues it). The lines behind it are all
that it prints, where `...` stands for anything, and `[N]` is its exit code. Spacing and the breaking of lines are
free. A block ```sh is run as a script, which must succeed. A block behind a line with nothing but a file's name is
that file. test_docs.py holds every page to this.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from docs_pages import TOP, Block, blocks
from docs_settings import BY_CI, PAGES, SMALL

from auditor.cli import main
from auditor.replay.server import ThrowAwayServer

PROGRAMS = {
    "auditor": 'exec "{python}" -m auditor "$@"',
    "alembic": 'exec "{python}" -m alembic.config "$@"',
    "python": 'exec "{python}" "$@"',
    # The packages are there already. That they can be installed is shown by .ci/run.
    "pip": "exec true",
}
PLAIN = re.compile(r"auditor( [\w./:=*@,-]+| '[^']*')*")


def shown(text: str) -> Iterator[tuple[str, list[str], int]]:
    """Each command of a block, what it prints, its exit code."""
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, *lines = part.replace("\\\n", " ").rstrip("\n").split("\n")
        codes = [int(line[1:-1]) for line in lines if re.fullmatch(r"\[\d+\]", line)]
        yield command, [line for line in lines if not re.fullmatch(r"\[\d+\]", line)], codes[0] if codes else 0


def pattern(lines: list[str]) -> str:
    """What the whole output must match, blanks and line ends being one."""
    words = [word for line in lines for word in line.split()]
    return r"\s*".join(".*?".join(re.escape(part) for part in word.split("...")) for word in words)


class Page:
    """A page that is run in a directory, with the programs and variables that its setting has."""

    def __init__(self, directory: Path, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
        self.directory = directory
        self.top = directory
        self.environment = environment
        self.monkeypatch = monkeypatch
        self.count = 0
        monkeypatch.chdir(directory)
        for name in [*os.environ]:
            if name not in environment:
                monkeypatch.delenv(name)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)

    def run(self, block: Block) -> None:
        if block.file:
            target = self.top / block.file
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(block.text)
        if block.not_run:
            return
        if block.language == "sh" and block.page not in BY_CI:
            code, stdout, stderr = self.bash(block.text)
            assert code == 0, f"{block}: {code}\n{stdout}{stderr}"
            self.count += 1
        if block.language == "console":
            for command, lines, code in shown(block.text):
                self.check(f"{block}: {command}", command, lines, code)

    def check(self, place: str, command: str, lines: list[str], code: int) -> None:
        done, stdout, stderr = self.do(command)
        assert done == code, f"{place}: exit code {done}\n{stdout}{stderr}"
        printed = " ".join(stdout.split())
        assert re.fullmatch(pattern(lines), printed, re.DOTALL), f"{place} prints\n{stdout}\n{stderr}"
        self.count += 1

    def do(self, command: str) -> tuple[int, str, str]:
        name, _, rest = command.partition(" ")
        if name == "cd" and re.fullmatch(r"[\w./-]+", rest):
            self.directory = (self.directory / rest).resolve()
            self.monkeypatch.chdir(self.directory)
            return 0, "", ""
        if name == "export":
            variable = rest.partition("=")[0]
            done, stdout, stderr = self.bash(f'{command}; printf %s "${variable}"')
            self.environment[variable] = stdout
            self.monkeypatch.setenv(variable, stdout)
            return done, "", stderr
        return self.auditor(command) if PLAIN.fullmatch(command) else self.bash(command)

    def auditor(self, command: str) -> tuple[int, str, str]:
        """In this process, since starting one takes longer than most commands."""
        done = CliRunner().invoke(main, shlex.split(command)[1:], prog_name="auditor")
        return done.exit_code, done.stdout, done.stderr

    def bash(self, script: str) -> tuple[int, str, str]:
        done = subprocess.run(
            ["bash", "-c", script],
            cwd=self.directory,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout, done.stderr


@pytest.fixture(scope="module")
def variables(tmp_path_factory: pytest.TempPathFactory, server: ThrowAwayServer) -> dict[str, str]:
    """This program as `auditor`, psql of the throw-away server's binaries, and a cache of the module's own."""
    programs = tmp_path_factory.mktemp("bin")
    for name, script in PROGRAMS.items():
        (programs / name).write_text(f"#!/bin/sh\n{script.format(python=sys.executable)}\n")
        (programs / name).chmod(0o755)
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("GITHUB_", "AUDITOR_", "PG", "DATABASE_URL", "DJANGO_"))
    }
    return kept | {
        "PATH": os.pathsep.join([str(programs), os.environ["PATH"], str(server.installation.bindir)]),
        "PYTHONPATH": str(TOP),
        "AUDITOR_CACHE_DIR": str(tmp_path_factory.mktemp("cache")),
        "GIT_CONFIG_GLOBAL": os.devnull,
        **{
            f"GIT_{who}_{what}": "you@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
        },
    }


@pytest.fixture(scope="module")
def migrated(server: ThrowAwayServer, variables: dict[str, str]) -> Iterator[str]:
    """Name of a database that this repository's own migrations made, to copy."""
    name = server.create_database()
    here = variables | {"DATABASE_URL": server.sqlalchemy_url(name)}
    subprocess.run(["alembic", "upgrade", "head"], cwd=TOP, env=here, check=True, capture_output=True)
    yield name
    server.drop_database(name)


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory, variables: dict[str, str]) -> Path:
    """This repository's own system in a git repository; one for all pages, so that it is replayed once."""
    directory = tmp_path_factory.mktemp("reference")
    for name in ("migrations", "services"):
        shutil.copytree(TOP / name, directory / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("alembic.ini", "classifications.yaml"):
        shutil.copy(TOP / name, directory)
    for command in ("init -q -b main", "add -A", "commit -qm start"):
        subprocess.run(["git", *command.split()], cwd=directory, env=variables, check=True)
    return directory


@pytest.fixture
def database_of_the_page(server: ThrowAwayServer, migrated: str, request: pytest.FixtureRequest) -> Iterator[str]:
    setting = PAGES[request.getfixturevalue("page")]
    name = server.create_database(template=migrated if setting == "reference" else None)
    yield name
    server.drop_database(name)
    with server.connect() as connection:
        connection.execute("drop role if exists auditor_reader")  # roles belong to the whole server


@pytest.mark.parametrize("page", PAGES)
def test_the_page(
    page: str,
    tmp_path: Path,
    variables: dict[str, str],
    reference: Path,
    server: ThrowAwayServer,
    database_of_the_page: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    environment = variables | {
        "PGHOST": str(server.directory),
        "PGDATABASE": database_of_the_page,
        "PGUSER": server.superuser,
    }
    directory = tmp_path
    if PAGES[page] == "reference":
        url = server.sqlalchemy_url(database_of_the_page)
        environment |= {"DATABASE_URL": url, "AUDITOR_DATABASE_URL": url}
        directory = reference
        subprocess.run(["git", "clean", "-fdxq"], cwd=directory, check=True)
        subprocess.run(["git", "reset", "-q", "--hard"], cwd=directory, check=True)
    if PAGES[page] == "small":
        for name, text in SMALL.items():
            (directory / name).parent.mkdir(exist_ok=True)
            (directory / name).write_text(text)
    running = Page(directory, environment, monkeypatch)
    for block in blocks(page):
        running.run(block)
    assert running.count > 0, "nothing was run"
