"""Tab in real shells: what is offered, that it can be run as it stands, and that nothing is done for it."""

from __future__ import annotations

import os
import pty
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from auditor.cli import main

CONFIG = """\
version: 1
migrations: [{path: migrations}]
classes: {core: [table public.jobs]}
contract:
  functions: [{name: "public.claim(integer)"}, {name: public.other()}]
  triggers: [{name: on_job on public.jobs}]
phases:
  - {name: stabilise, description: first, criteria: [{guards: green}]}
  - {name: widen, criteria: [{guards: green}]}
"""
MIGRATION = """\
CREATE TABLE public.jobs (id integer);
CREATE FUNCTION public.claim(integer) RETURNS void LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION public.claim(integer, text) RETURNS void LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION public.put() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER on_job AFTER INSERT ON public.jobs FOR EACH ROW EXECUTE FUNCTION public.put();
"""
BASH = shutil.which("bash")
FISH = shutil.which("fish")
ZSH = shutil.which("zsh")


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """An environment for a shell in a project that was read once.

    `auditor` answers shells, and otherwise says how it was called.
    """
    root = tmp_path / "project"
    (root / "migrations").mkdir(parents=True)
    (root / "migrations" / "1.sql").write_text(MIGRATION)
    (root / "classifications.yaml").write_text(CONFIG)
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "auditor").write_text(
        f'#!/bin/sh\n[ -n "$_AUDITOR_COMPLETE" ] && exec "{sys.executable}" -m auditor\n'
        'printf "called"; for one; do printf " <%s>" "$one"; done; echo " end"\n'
    )
    (programs / "auditor").chmod(0o755)
    monkeypatch.chdir(root)
    monkeypatch.setenv("AUDITOR_CACHE_DIR", str(tmp_path / "cache"))
    assert CliRunner().invoke(main, ["effects"]).exit_code == 0
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GITHUB_", "PG"))}
    path = f"{programs}{os.pathsep}{kept['PATH']}"
    return kept | {
        "PATH": path,
        "HOME": str(tmp_path),
        "TERM": "dumb",
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }


def bash(environment: dict[str, str], line: str, words: str | None = None) -> list[str]:
    """What bash's own completion function puts forward for a line. `words` as bash takes it apart."""
    script = (
        'eval "$(_AUDITOR_COMPLETE=bash_source auditor)"\n'
        'COMP_LINE=$1 COMP_POINT=${#1} COMP_CWORD=1; COMP_WORDS=(auditor "$2")\n'
        '_auditor_completion auditor; printf "%s\\n" "${COMPREPLY[@]}"'
    )
    assert BASH is not None
    word = words if words is not None else line.rpartition(" ")[2]
    done = subprocess.run(
        [BASH, "--norc", "-c", script, "bash", line, word],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stderr == ""
    return [one for one in done.stdout.split("\n") if one]


@pytest.mark.skipif(BASH is None, reason="no bash")
@pytest.mark.parametrize(
    ("line", "word", "offered"),
    [
        ("auditor ch", None, ["check"]),
        ("auditor check --stri", None, ["--strict"]),
        ("auditor history public.c", None, ["public.claim"]),
        ("auditor history public.claim\\(", None, [r"public.claim\(integer\)", r"public.claim\(integer\,pg_catalog.text\)"]),  # noqa: E501
        ("auditor history 'function public.p", "'function public.p", ["function public.put"]),
        ("auditor forensics blame on_", None, [r"on_job\ on\ public.jobs"]),
        ("auditor forensics provenance tabl", None, [r"table\ public.jobs", r"table\ column\ public.jobs.id"]),
        ("auditor gate ", "", ["stabilise", "widen"]),
        ("auditor contract pin public", None, ["public.claim", "public.other"]),
        ("auditor explain grd00", None, [f"GRD00{number}" for number in range(1, 7)]),
        ("auditor explain squawk/ban-drop-c", None, ["squawk/ban-drop-column", "squawk/ban-drop-constraint"]),
        ("auditor explain plpgsql_check/42p0", None, ["plpgsql_check/42p01", "plpgsql_check/42p02"]),
        ("auditor explain function-body", None, ["function-body-changed"]),
        ("auditor drift --scope=c", "c", ["contract", "core"]),
        ("auditor drift --against h", None, ["history"]),
        ("auditor init --core table:public.", "public.", ["public.jobs"]),
        ("auditor check --output sa", None, ["sarif="]),
        ("auditor forensics blame --all c", None, ["core"]),
        ("auditor weekly --day f", None, ["friday"]),
        ("auditor history nothing.like.it", None, []),
    ],
)  # fmt: skip
def test_bash_is_offered(shell: dict[str, str], line: str, word: str | None, offered: list[str]) -> None:
    assert bash(shell, line, word) == offered


@pytest.mark.skipif(BASH is None, reason="no bash")
def test_what_is_wrong_is_silence(shell: dict[str, str], tmp_path: Path) -> None:
    Path("classifications.yaml").write_text("phases: [1, {\n")
    assert bash(shell, "auditor gate ", "") == []
    Path("classifications.yaml").write_text("phases: [{nome: x}, 7]\n")
    assert bash(shell, "auditor gate ", "") == []
    for path in (tmp_path / "cache").glob("*.names"):
        path.write_bytes(b"\xff\xfe\0no tabs\n")
    assert bash(shell, "auditor history public.", "public.") == []
    for path in (tmp_path / "cache").iterdir():
        path.unlink()
    assert bash(shell, "auditor history public.", "public.") == []
    assert bash(shell | {"AUDITOR_NO_CACHE": "1"}, "auditor history public.", "public.") == []


@pytest.mark.parametrize(
    "line",
    ["auditor history public.", "auditor gate ", "auditor contract pin ", "auditor explain D", "auditor ch"],
)
def test_nothing_is_read_run_or_connected_to(shell: dict[str, str], line: str) -> None:
    script = (
        "import sys\nfrom auditor.cli import main\n"
        "try: main(prog_name='auditor')\nexcept SystemExit: pass\n"
        "heavy = {'alembic', 'auditor.migrations', 'auditor.replay', 'psycopg', 'sqlalchemy', 'sqlglot'}\n"
        "print('LOADED', sorted(heavy & set(sys.modules)), 'socket' in sys.modules)\n"
    )
    answer = {"_AUDITOR_COMPLETE": "bash_complete", "COMP_WORDS": line, "COMP_CWORD": line.rpartition(" ")[2]}
    done = subprocess.run(
        [sys.executable, "-c", script], env=shell | answer, capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.splitlines()[-1] == "LOADED [] False"
    assert done.stdout.startswith("plain,")


def typed(arguments: list[str], environment: dict[str, str], start: str, keys: str) -> str:
    """What an interactive shell on a terminal shows after some keys."""
    process, terminal = pty.fork()
    if process == 0:
        os.execvpe(arguments[0], arguments, environment)  # noqa: S606 - the child of a terminal
    shown = b""

    def until(wanted: bytes) -> None:
        nonlocal shown
        end = time.monotonic() + 60
        while wanted not in shown and time.monotonic() < end:
            if select.select([terminal], [], [], 0.2)[0]:
                try:
                    shown += os.read(terminal, 65536)
                except OSError:
                    break

    os.write(terminal, start.encode() + b"\recho rea''dy\r")
    until(b"ready\r")
    os.write(terminal, keys.encode())
    until(b" end")
    os.write(terminal, b"\rexit\r")
    until(b"never")
    os.close(terminal)
    os.waitpid(process, 0)
    return shown.decode(errors="replace")


@pytest.mark.skipif(BASH is None, reason="no bash")
@pytest.mark.parametrize(
    ("keys", "called"),
    [
        ("auditor history on_j\t\r", "called <history> <on_job on public.jobs>"),
        ("auditor history 'on_j\t\r", "called <history> <on_job on public.jobs>"),
        ('auditor history "on_j\t\r', "called <history> <on_job on public.jobs>"),
        (
            "auditor history public.claim\\(integer,\t\r",
            "called <history> <public.claim(integer,pg_catalog.text)>",
        ),
        ("auditor init --core table:public.j\t--yes\r", "called <init> <--core> <table:public.jobs> <--yes>"),
        ("auditor drift --scope=con\t\r", "called <drift> <--scope=contract>"),
        ("auditor check --output sar\tx\r", "called <check> <--output> <sarif=x>"),
        ("auditor gate sta\t-q\r", "called <gate> <stabilise> <-q>"),
    ],
)
def test_a_line_that_bash_completed_can_be_run(shell: dict[str, str], keys: str, called: str) -> None:
    assert BASH is not None
    start = 'PS1=; eval "$(_AUDITOR_COMPLETE=bash_source auditor)"'
    assert called in typed([BASH, "--norc", "--noprofile", "-i"], shell, start, keys)


@pytest.mark.skipif(ZSH is None, reason="no zsh")
def test_a_line_that_zsh_completed_can_be_run(shell: dict[str, str]) -> None:
    assert ZSH is not None
    start = 'PS1=; autoload -Uz compinit; compinit -u; eval "$(_AUDITOR_COMPLETE=zsh_source auditor)"'
    shown = typed([ZSH, "-f", "-i"], shell, start, "auditor history on_j\t\r")
    assert "called <history> <on_job on public.jobs>" in shown, shown


@pytest.mark.skipif(FISH is None, reason="no fish")
def test_fish_is_offered(shell: dict[str, str]) -> None:
    assert FISH is not None
    script = (
        "_AUDITOR_COMPLETE=fish_source auditor | source\n"
        'complete -C "auditor history on_"; complete -C "auditor gate w"'
    )
    done = subprocess.run(
        [FISH, "--no-config", "-c", script], env=shell, capture_output=True, text=True, check=True, timeout=60
    )
    assert [line.partition("\t")[0] for line in done.stdout.splitlines()] == ["on_job on public.jobs", "widen"]
