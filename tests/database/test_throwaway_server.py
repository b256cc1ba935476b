"""The throw-away server comes up, stays private, and leaves nothing behind, however its parent ends."""

from __future__ import annotations

import contextlib
import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy

from auditor.errors import CouldNotCheck
from auditor.replay.server import (
    ThrowAwayServer,
    _account,
    _temporary_directories,
    libpq_environment_cleared,
    throw_away_server,
)

as_root_only = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another account")

# A process that holds a server until it is killed, or until its input ends.
HOLDER = """
import json, sys
from pathlib import Path
from auditor.replay.binaries import Installation
from auditor.replay.server import throw_away_server
bindir, version, number, provider = json.loads(sys.argv[1])
with throw_away_server(Installation(Path(bindir), version, number, provider)) as server:
    data = server.directory / "data"
    postmaster = int((data / "postmaster.pid").read_text().split()[0])
    print(json.dumps([str(server.directory), postmaster, data.stat().st_uid]), flush=True)
    sys.stdin.read()
"""


@dataclass(frozen=True)
class Place:
    """A temporary directory and a cache of the test's own, which every account may enter."""

    root: Path

    @property
    def temporary(self) -> Path:
        return self.root / "tmp"

    @property
    def cache(self) -> Path:
        return self.root / "cache"

    @property
    def environment(self) -> dict[str, str]:
        return {"TMPDIR": str(self.temporary), "AUDITOR_CACHE_DIR": str(self.cache)}

    def templates(self) -> list[Path]:
        return sorted(self.cache.glob("template-*"))

    def left_over(self) -> list[str]:
        """Working directories, and the processes that have one in their command line."""
        directories = [str(path) for path in self.temporary.iterdir()]
        return directories + [line for line in command_lines() if str(self.temporary) in line]


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    place = Place(Path(tempfile.mkdtemp(prefix="t-", dir=_temporary_directories()[0])))
    place.root.chmod(0o777)
    place.temporary.mkdir()
    place.temporary.chmod(0o1777)
    for name, value in place.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(tempfile, "tempdir", str(place.temporary))
    yield place
    shutil.rmtree(place.root)


def command_lines() -> list[str]:
    """Of every process there is."""
    if not Path("/proc/self/cmdline").exists():
        listing = subprocess.run(["ps", "-axww", "-o", "args="], capture_output=True, text=True, check=True)
        return listing.stdout.splitlines()
    lines = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            lines.append(file.read_bytes().replace(b"\0", b" ").decode())
        except OSError:
            continue  # it has ended
    return lines


def eventually(condition: Callable[[], bool], seconds: float = 30) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def hold(server: ThrowAwayServer, **options: Any) -> subprocess.Popen[str]:
    """Start a process that holds a server with the same binaries."""
    each = server.installation
    installation = json.dumps([str(each.bindir), each.version, each.version_num, each.provider])
    python = options.pop("python", sys.executable)
    return subprocess.Popen(
        [str(python), "-c", HOLDER, installation],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )


def test_comes_up_and_leaves_nothing(server: ThrowAwayServer, place: Place) -> None:
    with throw_away_server(server.installation) as other:
        assert other.directory.parent == place.temporary
        with psycopg.connect(other.conninfo()) as connection:
            assert connection.info.server_version == server.version_num
            row = connection.execute("select current_user, current_setting('listen_addresses')").fetchone()
            assert row == ("postgres", "")
    assert place.left_over() == []


def test_only_its_account_enters_the_directory(server: ThrowAwayServer) -> None:
    status = server.directory.stat()
    assert status.st_mode & 0o777 == 0o700
    assert status.st_uid == ((_account() or (os.geteuid(),))[0])


def test_stop_may_be_called_twice(server: ThrowAwayServer, place: Place) -> None:
    other = ThrowAwayServer(server.installation, {})
    other.stop()
    other.stop()
    assert place.left_over() == []
    with pytest.raises(CouldNotCheck, match="cannot be reached"):
        other.connect()


def test_settings_are_passed_on(server: ThrowAwayServer, place: Place) -> None:
    with (
        throw_away_server(server.installation, settings={"track_commit_timestamp": "on"}) as other,
        other.connect() as connection,
    ):
        assert connection.execute("show track_commit_timestamp").fetchone() == ("on",)


def test_second_start_copies_the_template(server: ThrowAwayServer, place: Place) -> None:
    with throw_away_server(server.installation):
        pass
    (template,) = place.templates()
    (template / "mark").touch()
    with throw_away_server(server.installation) as other:
        assert (other.directory / "data" / "mark").exists()
    assert place.templates() == [template]


def test_concurrent_first_starts_make_one_template(server: ThrowAwayServer, place: Place) -> None:
    def start(_: int) -> Path:
        with throw_away_server(server.installation) as other:
            other.create_database("one")
            return other.directory

    with ThreadPoolExecutor() as pool:
        directories = list(pool.map(start, range(3)))
    assert len(set(directories)) == 3
    assert len(place.templates()) == 1
    assert list(place.cache.glob(".new-*")) == []
    assert place.left_over() == []


def test_what_a_killed_writer_left_in_the_cache_is_removed(server: ThrowAwayServer, place: Place) -> None:
    unfinished = place.cache / f".new-{os.geteuid()}-dead"
    (unfinished / "base").mkdir(parents=True)
    with throw_away_server(server.installation):
        assert not unfinished.exists()


def test_damaged_template_is_done_without(server: ThrowAwayServer, place: Place) -> None:
    with throw_away_server(server.installation):
        pass
    (template,) = place.templates()
    os.truncate(template / "global" / "pg_control", 0)
    with throw_away_server(server.installation) as other:
        other.create_database()
    assert place.templates() == []


def test_cache_that_cannot_be_written_costs_only_time(server: ThrowAwayServer, place: Place) -> None:
    place.cache.write_text("not a directory")
    with throw_away_server(server.installation) as other:
        other.create_database()


def test_foreign_template_is_not_trusted(server: ThrowAwayServer, place: Place) -> None:
    """Whoever can write a template can have the server load a library."""
    if os.geteuid() != 0:
        pytest.skip("only root can give a file away")
    with throw_away_server(server.installation):
        pass
    (template,) = place.templates()
    (template / "mark").touch()
    os.chown(template, *_account())  # type: ignore[misc]
    with throw_away_server(server.installation) as other:
        assert not (other.directory / "data" / "mark").exists()


@pytest.mark.parametrize("signal_number", [signal.SIGKILL, signal.SIGTERM])
def test_killed_parent_leaves_nothing(server: ThrowAwayServer, place: Place, signal_number: int) -> None:
    with hold(server) as parent:
        assert parent.stdout is not None
        directory, postmaster, _ = json.loads(parent.stdout.readline())
        # A connection in a transaction must not hold it up.
        with contextlib.closing(psycopg.connect(f"host={directory} user=postgres dbname=postgres")) as busy:
            busy.execute("select 1")
            parent.send_signal(signal_number)
            parent.wait()
            assert eventually(lambda: not alive(postmaster) and not Path(directory).exists())
    assert eventually(lambda: place.left_over() == [])


@pytest.mark.parametrize("after", [0.0, 0.05, 0.2])
def test_parent_killed_during_initdb_leaves_nothing(server: ThrowAwayServer, place: Place, after: float) -> None:
    with hold(server) as parent:
        assert eventually(lambda: any(place.temporary.glob("auditor-*/data/*")))
        assert place.templates() == []
        time.sleep(after)
        parent.kill()
    assert eventually(lambda: place.left_over() == []), place.left_over()
    with throw_away_server(server.installation):
        assert list(place.cache.glob(".new-*")) == []


def test_directory_of_a_killed_supervisor_is_removed_by_the_next(server: ThrowAwayServer, place: Place) -> None:
    abandoned, young = place.temporary / "auditor-abandoned", place.temporary / "auditor-young"
    for directory in (abandoned, young):
        (directory / "data").mkdir(parents=True)
        (directory / "lock").touch()
        os.chown(directory, *(_account() or (-1, -1)))
    os.utime(abandoned, (0, 0))
    with throw_away_server(server.installation) as other, throw_away_server(server.installation) as another:
        os.utime(other.directory, (0, 0))
        assert eventually(lambda: not abandoned.exists())
        with throw_away_server(server.installation):
            pass
        for running in (other, another):
            running.create_database()
        assert young.exists()


def test_supervisor_that_is_killed_is_cleaned_up_by_its_parent(server: ThrowAwayServer, place: Place) -> None:
    with throw_away_server(server.installation) as other:
        postmaster = int((other.directory / "data/postmaster.pid").read_text().split()[0])
        other._supervisor.kill()
        other._supervisor.wait()
    assert list(place.temporary.iterdir()) == []
    os.kill(postmaster, signal.SIGQUIT)  # it would notice by itself, within a minute
    assert eventually(lambda: place.left_over() == [])


def test_server_that_does_not_come_up_says_why(server: ThrowAwayServer, place: Place) -> None:
    with (
        pytest.raises(CouldNotCheck, match=r"did not start: postgres said: .*shared_buffers") as raised,
        throw_away_server(server.installation, settings={"shared_buffers": "none"}),
    ):
        pass
    assert raised.value.exit_code == 3
    assert "\n" not in str(raised.value)
    assert place.left_over() == []


def test_initdb_that_fails_says_why(server: ThrowAwayServer, place: Place) -> None:
    bindir = place.root / "bin"
    bindir.mkdir()
    for program in ("initdb", "postgres"):
        (bindir / program).write_text("#!/bin/sh\necho no luck today >&2\nexit 1\n")
        (bindir / program).chmod(0o755)
    with (
        pytest.raises(CouldNotCheck, match="initdb said: no luck today"),
        throw_away_server(replace(server.installation, bindir=bindir)),
    ):
        pass
    assert place.left_over() == []


def test_temporary_directory_with_a_long_path_is_passed_over(
    server: ThrowAwayServer, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A Unix socket's path has a hundred bytes."""
    long = place.temporary / ("long" * 25)
    long.mkdir(mode=0o777)
    monkeypatch.setattr(tempfile, "tempdir", str(long))
    with throw_away_server(server.installation) as other:
        assert long not in other.directory.parents
        other.create_database()


def test_environment_does_not_lead_elsewhere(server: ThrowAwayServer, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "PGHOST": "localhost",
        "PGHOSTADDR": "127.0.0.1",
        "PGPORT": "1",
        "PGDATABASE": "production",
        "PGUSER": "somebody",
        "PGOPTIONS": "-c search_path=elsewhere",
        "PGCHANNELBINDING": "require",
        "PGGSSENCMODE": "require",
        "PGTARGETSESSIONATTRS": "standby",
    }.items():
        monkeypatch.setenv(name, value)
    query = "select current_user, current_setting('search_path')"
    expected = ("postgres", '"$user", public')
    with psycopg.connect(server.conninfo()) as connection:
        assert connection.execute(query).fetchone() == expected
    engine = sqlalchemy.create_engine(server.sqlalchemy_url())
    with libpq_environment_cleared(), engine.connect() as alchemy:
        assert tuple(alchemy.execute(sqlalchemy.text(query)).one()) == expected
    engine.dispose()
    assert os.environ["PGHOSTADDR"] == "127.0.0.1"


def test_databases_are_created_from_a_template_and_dropped(server: ThrowAwayServer) -> None:
    owner = "database_owner"
    with server.connect() as connection:
        connection.execute(f"create role {owner} login")
    template = server.create_database(owner=owner)
    with psycopg.connect(server.conninfo(template, owner)) as connection:
        connection.execute("create table public.t as select 1 as a")
    copy = server.create_database("odd \"name\" of 'one'", template=template, owner=owner)
    with contextlib.closing(psycopg.connect(server.conninfo(copy, owner))) as connection:
        assert connection.execute("select a from public.t").fetchone() == (1,)
        server.drop_database(copy)  # whoever is connected
    server.drop_database(template)
    with server.connect() as connection:
        connection.execute(f"drop role {owner}")
        left = connection.execute("select datname from pg_database where datname = any (%s)", [[copy, template]])
        assert left.fetchall() == []


@as_root_only
def test_root_does_not_run_postgres(server: ThrowAwayServer) -> None:
    status = (server.directory / "data/postmaster.pid").stat()
    assert status.st_uid in {pwd.getpwnam(name).pw_uid for name in ("postgres", "nobody")}


@as_root_only
def test_binaries_in_a_private_home_are_copied_to_the_cache(server: ThrowAwayServer, place: Place) -> None:
    """A virtual environment of root is the usual case."""
    if server.installation.provider == "system":
        pytest.skip("the system's binaries are not in one folder that could be moved")
    private = place.root / "home"
    private.mkdir(mode=0o700)
    for tree in server.installation.trees:
        shutil.copytree(tree, private / tree.name, symlinks=True)
    bindir = private / server.installation.bindir.relative_to(server.installation.trees[0].parent)
    with throw_away_server(replace(server.installation, bindir=bindir)) as other:
        other.create_database()
    assert len(list(place.cache.glob("binaries-*"))) == 1
    assert private.stat().st_mode & 0o777 == 0o700


@pytest.fixture
def account_python() -> str:
    """A Python with what the launcher needs, that an account without rights can run; it may not exist."""
    path = {"PYTHONPATH": os.pathsep.join(sys.path), "PYTHONDONTWRITEBYTECODE": "1"}
    for python in (sys.executable, shutil.which("python3", path=os.defpath)):
        command = [python or "", "-c", "import auditor.replay.server, psycopg"]
        try:
            subprocess.run(command, check=True, capture_output=True, cwd="/", env=path, **become(65534))
        except (OSError, subprocess.CalledProcessError):
            continue
        return str(python)
    pytest.skip("no Python with psycopg that another account can run")


def become(uid: int) -> dict[str, Any]:
    return {"user": uid, "group": uid, "extra_groups": []}


@as_root_only
@pytest.mark.parametrize("uid", [65534, 54321])
def test_other_accounts_use_what_root_left(
    server: ThrowAwayServer, place: Place, account_python: str, uid: int
) -> None:
    """As in a container image that root built; 54321 has no entry in the password database."""
    with throw_away_server(server.installation):
        pass
    environment = {"PYTHONPATH": os.pathsep.join(sys.path), "PYTHONDONTWRITEBYTECODE": "1", **place.environment}
    with hold(server, python=account_python, cwd="/", env=environment, **become(uid)) as parent:
        assert parent.stdout is not None
        _, _, owner = json.loads(parent.stdout.readline() or communicate(parent))
        assert owner == uid
        parent.communicate()
    assert parent.returncode == 0
    assert place.left_over() == []
    assert len(place.templates()) == 1


@as_root_only
def test_account_without_password_entry_and_without_template(
    server: ThrowAwayServer, place: Place, account_python: str
) -> None:
    environment = {"PYTHONPATH": os.pathsep.join(sys.path), "PYTHONDONTWRITEBYTECODE": "1", **place.environment}
    with hold(server, python=account_python, cwd="/", env=environment, **become(54321)) as parent:
        _, errors = parent.communicate()
    assert "uid 54321, which has no entry in the password database" in errors
    assert place.left_over() == []


def communicate(process: subprocess.Popen[str]) -> str:
    """For the message of the failed test: why the process said nothing."""
    pytest.fail(process.communicate()[1])
