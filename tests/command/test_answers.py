"""A report that is remembered is the report that would be made: whatever happens to files and cache."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from auditor.audits import classify, effects, history
from auditor.cli import answers, main

AUDITS = {"effects": effects, "classify": classify, "history": history}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "project"
    (root / "migrations" / "deeper").mkdir(parents=True)
    (root / "migrations" / "1_a.sql").write_text("CREATE TABLE a (id int PRIMARY KEY, note text);\n")
    (root / "migrations" / "2_b.sql").write_text("CREATE INDEX ON a (note);\nDROP TABLE ?;\n")
    (root / "classifications.yaml").write_text(
        "version: 1\nmigrations:\n  - path: migrations\nclasses:\n  core: [table public.a]\n"
    )
    monkeypatch.setenv("AUDITOR_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.delenv("AUDITOR_NO_CACHE", raising=False)
    monkeypatch.chdir(root)
    return root


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The commands whose report was made, and not remembered."""
    found: list[str] = []
    for name, module in AUDITS.items():
        original = module.run
        monkeypatch.setattr(module, "run", lambda s, n=name, o=original: found.append(n) or o(s))
    return found


def run(*args: str) -> Result:
    return CliRunner().invoke(main, args, prog_name="auditor")


def same(one: Result, other: Result) -> bool:
    return (one.exit_code, one.stdout, one.stderr) == (other.exit_code, other.stdout, other.stderr)


def unremembered(*args: str) -> Result:
    """What the command says without any cache."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AUDITOR_NO_CACHE", "1")
        return run(*args)


@pytest.mark.parametrize("command", AUDITS)
@pytest.mark.parametrize("form", ["text", "json", "jsonl"])
def test_a_remembered_report_is_the_same(project: Path, made: list[str], command: str, form: str) -> None:
    args = (command, "--format", form)
    plain = unremembered(*args)
    assert plain.exit_code == 1, "there is a syntax error"
    made.clear()
    assert same(run(*args), plain)
    assert same(run(*args), plain)
    assert made == [command]


def test_every_change_is_seen(project: Path, made: list[str]) -> None:
    """Each of these changes what a report says, or may."""
    migrations = project / "migrations"
    config = project / "classifications.yaml"
    args = ["effects", "--format", "jsonl"]
    seen = [run(*args).stdout]

    def expect_anew(*more: str) -> None:
        made.clear()
        found = run(*args, *more)
        assert made == ["effects"]
        assert same(found, unremembered(*args, *more))
        made.clear()
        assert same(run(*args, *more), found)
        assert made == []
        seen.append(found.stdout)

    (migrations / "2_b.sql").write_text("CREATE INDEX ON a (note);\nDROP TABLE a;\n")
    expect_anew()
    (migrations / "3_c.sql").write_text("CREATE TABLE c ();")
    expect_anew()
    (migrations / "3_c.sql").rename(migrations / "0_c.sql")
    expect_anew()
    (migrations / "deeper" / "4.sql").write_text("CREATE TABLE d ();")
    expect_anew()
    (migrations / "deeper").rename(migrations / "tests")
    expect_anew()
    config.write_text(config.read_text().replace("[table public.a]", "[table public.c]"))
    expect_anew()
    config.write_text(config.read_text() + "severity: {core: warning}\n")
    expect_anew()
    expect_anew("--pg-major", "15")
    expect_anew("--strict")
    expect_anew("--format", "text")
    assert len(set(seen)) >= 6


def test_a_report_of_files_that_change_meanwhile_is_not_kept(
    project: Path, made: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    original = effects.run

    def slow(settings: object) -> object:
        report = original(settings)  # type: ignore[arg-type]
        (project / "migrations" / "1_a.sql").write_text("CREATE TABLE other ();")
        return report

    with monkeypatch.context() as patch:
        patch.setattr(effects, "run", slow)
        run("effects")
    assert "public.other" in run("effects").stdout


@pytest.mark.parametrize("case", ["included", "linked"])
def test_what_depends_on_other_places_is_not_remembered(
    project: Path, made: list[str], tmp_path: Path, case: str
) -> None:
    if case == "included":
        other = project / "other.sql"
        (project / "migrations" / "3.sql").write_text("\\i other.sql\n")
    else:
        (tmp_path / "elsewhere").mkdir()
        other = tmp_path / "elsewhere" / "3.sql"
        (project / "migrations" / "3").symlink_to(tmp_path / "elsewhere")
    for name in ("one", "two"):
        other.write_text(f"CREATE TABLE {name} ();")
        assert same(run("effects"), unremembered("effects"))
    assert len(made) == 4


def test_a_linked_file_is_looked_into(project: Path, tmp_path: Path) -> None:
    (tmp_path / "3.sql").write_text("CREATE TABLE one ();")
    (project / "migrations" / "3.sql").symlink_to(tmp_path / "3.sql")
    assert "public.one" in run("effects").stdout
    (tmp_path / "3.sql").write_text("CREATE TABLE two ();")
    assert "public.two" in run("effects").stdout


def test_more_is_told_when_asked(project: Path, made: list[str]) -> None:
    run("effects")
    assert "migrations: migrations (sql)" in run("effects", "-v").stderr
    assert made == ["effects", "effects"]


def test_a_broken_cache_is_made_anew(project: Path, tmp_path: Path) -> None:
    plain = unremembered("effects", "--format", "jsonl")
    run("effects", "--format", "jsonl")
    files = sorted((tmp_path / "cache").glob("*.history"))
    assert [path.name.partition("-")[0] for path in files] == ["changes", "files", "report"]
    whole = [path.read_bytes() for path in files]
    for damage in (
        lambda data: data[:-1],
        lambda data: data[:200] + bytes([data[200] ^ 4]) + data[201:],
        lambda data: data[:0],
        lambda data: data[:80] + b"\xc1" * 400,
    ):
        for path, data in zip(files, whole, strict=True):
            path.write_bytes(damage(data))
        assert same(run("effects", "--format", "jsonl"), plain)
        assert same(run("effects", "--format", "jsonl"), plain)


def test_large_reports_and_trees_are_left_alone(
    project: Path, made: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "MAX_FILES", 1)
    run("effects")
    run("effects")
    monkeypatch.setattr(answers, "MAX_FILES", 100)
    monkeypatch.setattr(answers, "MAX_BYTES", 10)
    run("effects")
    run("effects")
    assert len(made) == 4


def test_processes_at_once_and_a_full_disk(project: Path, tmp_path: Path) -> None:
    """Several runs on one empty cache, one killed, two of which can write nothing: all others say the same."""
    for number in range(200):
        (project / "migrations" / f"9{number:03}_t.sql").write_text(
            f"CREATE TABLE t{number} (id serial UNIQUE);\n"
        )
    plain = unremembered("effects", "--format", "jsonl")

    def start(*, full: bool = False, **environment: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "auditor", "effects", "--format", "jsonl"],
            env=os.environ | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            preexec_fn=(lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))) if full else None,
        )

    def ends_well(process: subprocess.Popen[bytes]) -> bool:
        out, _ = process.communicate(timeout=120)
        return (process.returncode, out.decode()) == (plain.exit_code, plain.stdout)

    killed = start()
    others = [start(), start(full=True), start(AUDITOR_CACHE_DIR="", XDG_CACHE_HOME="", HOME="/dev/null")]
    killed.kill()
    killed.communicate()
    assert all(map(ends_well, others))
    assert not list((tmp_path / "cache").glob("*.tmp")) or killed.returncode < 0
    assert same(run("effects", "--format", "jsonl"), plain)
