"""Keeps one throw-away PostgreSQL alive exactly as long as the process that asked for it.

This file is a program, started as `python -I -S supervisor.py REQUEST` by `auditor.replay.server`. It imports
nothing but the standard library: it is started for every replay and must be up in milliseconds.

Its standard input is the read end of a pipe whose only write end its parent holds. When the parent ends, in
whatever way, SIGKILL included, the pipe reaches its end: the supervisor leaves whatever it is doing (`initdb`,
copying, serving), ends what it started and removes the working directory. So that no moment is uncovered, all
of this is done here and nothing in the parent. The supervisor stays under its parent's uid, since an account
with fewer rights may not be able to start a Python that lives in a private home; it gives the rights up for the
PostgreSQL programs, which refuse to run as root.

It says one line of JSON on standard output: `{"directory": ..., "bindir": ...}` when the server accepts
connections, or `{"error": ...}`.

If the supervisor itself is killed, its lock on the working directory is gone and the next one removes the
directory; a postmaster left without its data directory shuts itself down within a minute
(`RecheckDataDirLockFile` in PostgreSQL's miscinit.c).
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import pwd
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

PREFIX = "auditor-"
INITDB_OPTIONS = (
    *("--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C"),
    # One-megabyte segments make the template, which every start copies, a quarter smaller.
    *("--no-sync", "--no-instructions", "--wal-segsize=1"),
)
PATIENCE = 120.0  # seconds for one step
ABANDONED_AFTER = 60.0  # seconds in which a new working directory is surely locked
# What a copy of the binaries can do without.
NOT_NEEDED = frozenset({"include", "doc", "man", "pgxs", "__pycache__"})


class Failed(Exception):
    """The server cannot be started; the message is for the user."""


class ParentGone(Exception):
    """Nobody is waiting for the server any more."""


class Supervisor:
    """One throw-away server, from nothing to nothing.

    Args:
        request: what `auditor.replay.server` asks for: `parent` (process id), `bindir`, `trees` (folders to copy
            when the account cannot execute the binaries), `key` (names the version in the cache), `account`
            (uid and gid to run PostgreSQL as, or null for our own), `caches` (folders; the first is written, all
            are read), `temporary` (folders to work in, best first), `options` (settings of the
            server; `{directory}` in a value is the working directory).
    """

    def __init__(self, request: dict[str, Any]) -> None:
        self.request = request
        self.account: tuple[int, int] | None = request["account"] and tuple(request["account"])
        self.bindir = Path(request["bindir"])
        self.cache = Path(request["caches"][0])
        self.directory: Path | None = None
        self.process: subprocess.Popen[bytes] | None = None
        self.serving = False
        self.told_to_leave = False

    def leave(self, *_: object) -> None:
        """Signal handler: end as if the parent were gone, at the next :meth:`pause`."""
        self.told_to_leave = True

    def pause(self, seconds: float) -> None:
        """Wait, as long as somebody waits for the server.

        The parent's process id is looked at too, since a process that it forked may still hold the pipe open.

        Raises:
            ParentGone: nobody does.
        """
        ended = select.select([0], [], [], seconds)[0]
        if ended or self.told_to_leave or os.getppid() != self.request["parent"]:
            raise ParentGone

    def start(self) -> Path:
        """The working directory of a server that accepts connections.

        Raises:
            Failed: it does not come up; says why.
            ParentGone: nobody waits for it any more.
        """
        directory = self._make_directory()
        if not self._can(os.R_OK | os.X_OK, self.bindir / "postgres"):
            self.bindir = self._reachable_binaries(directory)
        data = directory / "data"
        template = self._template()
        if template is None:
            with self._cache_locked() as writable:
                template = self._template()  # another process made it while this one waited
                if template is None:
                    self._initialise(data)
                    if writable:
                        self._store(self._template_name(os.geteuid()), [(data, "")])
        try:
            if template is not None:
                copy_tree(str(template), str(data), private=True, owner=self.account)
            self._serve(directory, data)
        except (Failed, OSError):
            if template is None or not self._has_password_entry():
                raise
            # A cache can be damaged, by a loss of power or a cleaner of old files: do without it.
            for damaged in (template, data):
                shutil.rmtree(damaged, ignore_errors=True)
            self._initialise(data)
            self._serve(directory, data)
        return directory

    def remove_abandoned_directories(self) -> None:
        """Remove the working directories whose supervisor was killed: nobody holds their lock."""
        owner = self.account[0] if self.account else os.geteuid()
        for temporary in self.request["temporary"]:
            for found in Path(temporary).glob(f"{PREFIX}*"):
                with contextlib.suppress(OSError):
                    status = found.lstat()
                    if status.st_uid == owner and time.time() - status.st_mtime > ABANDONED_AFTER:
                        os.close(lock_file(found / "lock"))
                        shutil.rmtree(found)

    def clean_up(self) -> None:
        """End what runs and remove the working directory."""
        self._end_process()
        deadline = time.monotonic() + 10
        while self.directory is not None and self.directory.exists() and time.monotonic() < deadline:
            shutil.rmtree(self.directory, ignore_errors=True)

    # Private

    def _make_directory(self) -> Path:
        """A locked directory that only the account can enter, with a path short enough for a socket in it."""
        for temporary in map(Path, self.request["temporary"]):
            directory = temporary / f"{PREFIX}{os.urandom(6).hex()}"
            # sun_path of unix(4) holds 104 bytes on BSD and macOS, 108 on Linux.
            fits = len(os.fsencode(directory / ".s.PGSQL.5432")) < 104
            if fits and os.access(temporary, os.W_OK) and self._can(os.X_OK, temporary):
                directory.mkdir(mode=0o700)
                self.directory = directory
                self.lock = lock_file(directory / "lock")
                self.log = os.open(directory / "log", os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
                if self.account:
                    os.chown(directory, *self.account)
                return directory
        raise Failed(
            f"no temporary directory will do (tried {', '.join(self.request['temporary'])}): it must be writable, "
            "be reachable for the account that runs PostgreSQL, and have a path of at most 70 bytes; set TMPDIR"
        )

    def _can(self, mode: int, path: Path) -> bool:
        """Ask the kernel whether the account that runs PostgreSQL has these rights on the path."""
        if self.account is None:
            return os.access(path, mode)
        child = os.fork()
        if child == 0:
            os.setgroups([])
            os.setgid(self.account[1])
            os.setuid(self.account[0])
            os._exit(0 if os.access(path, mode) else 1)
        return os.waitpid(child, 0)[1] == 0

    def _reachable_binaries(self, directory: Path) -> Path:
        """The binaries, copied to where the account can execute them: once into the cache, else for this run."""
        trees = [Path(tree) for tree in self.request["trees"]]
        within = self.bindir.relative_to(trees[0].parent)
        name = f"binaries-{self.request['key']}"
        with self._cache_locked() as writable:
            if writable and not (self.cache / name / within).exists():
                self._store(name, [(tree, tree.name) for tree in trees])
        if is_trusted(self.cache / name) and self._can(os.R_OK | os.X_OK, self.cache / name / within / "postgres"):
            return self.cache / name / within
        for tree in trees:
            copy_tree(str(tree), str(directory / tree.name), private=False, owner=None)
        if self._can(os.R_OK | os.X_OK, directory / within / "postgres"):
            return directory / within
        raise Failed(
            f"the account that runs it cannot execute {self.bindir}/postgres, nor a copy below {self.cache}: "
            "set AUDITOR_CACHE_DIR to a directory that you can write and every account can read"
        )

    def _template_name(self, maker: int) -> str:
        return f"template-{self.request['key']}-{maker}"

    def _template(self) -> Path | None:
        """A cluster that `initdb` made for an earlier run: ours, or one that root made for everybody."""
        for cache in self.request["caches"]:
            for maker in (os.geteuid(), 0):
                template = Path(cache, self._template_name(maker))
                if os.access(template / "PG_VERSION", os.R_OK) and is_trusted(template):
                    return template
        return None

    @contextlib.contextmanager
    def _cache_locked(self) -> Iterator[bool]:
        """Hold the cache for writing; false if it cannot be written, which only costs time."""
        lock = None
        try:
            self.cache.mkdir(parents=True, exist_ok=True)
            while lock is None:
                try:
                    lock = lock_file(self.cache / f".lock-{os.geteuid()}")
                except BlockingIOError:
                    self.pause(0.02)
        except OSError:
            yield False
            return
        try:
            yield True
        finally:
            os.close(lock)

    def _store(self, name: str, parts: list[tuple[Path, str]]) -> None:
        """Put a copy of the folders into the locked cache, whole or not at all."""
        unfinished = f".new-{os.geteuid()}-"
        for killed in self.cache.glob(f"{unfinished}*"):
            shutil.rmtree(killed, ignore_errors=True)
        new = self.cache / f"{unfinished}{os.urandom(6).hex()}"
        try:
            for source, target in parts:
                copy_tree(str(source), str(new / target), private=False, owner=None)
            new.rename(self.cache / name)
        except OSError:
            shutil.rmtree(new, ignore_errors=True)

    def _has_password_entry(self) -> bool:
        try:
            pwd.getpwuid(self.account[0] if self.account else os.geteuid())
        except KeyError:
            return False
        return True

    def _initialise(self, data: Path) -> None:
        if not self._has_password_entry():
            raise Failed(
                f"initdb refuses to run for uid {os.geteuid()}, which has no entry in the password database: "
                "replay once as root, for instance while the image is built, which leaves what is needed in "
                f"{self.request['caches'][-1]}"
            )
        self.serving = False
        self.process = initdb = self._spawn("initdb", f"--pgdata={data}", *INITDB_OPTIONS)
        self._wait_until(lambda: initdb.poll() is not None, "initdb")
        if initdb.returncode != 0:
            raise Failed(self._last_words("initdb"))

    def _serve(self, directory: Path, data: Path) -> None:
        options = [
            f"--{name}={value.replace('{directory}', str(directory))}"
            for name, value in self.request["options"].items()
        ]
        self.serving = True
        self.process = postgres = self._spawn("postgres", "-D", str(data), "-k", str(directory), *options)
        self._wait_until(lambda: is_ready(data) or postgres.poll() is not None, "postgres")
        if postgres.returncode is not None:
            raise Failed(self._last_words("postgres"))

    def _wait_until(self, condition: Callable[[], bool], program: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while not condition():
            self.pause(0.005)
            if time.monotonic() > deadline:
                self._end_process()
                raise Failed(f"{program} was not done after {PATIENCE:.0f} s; {self._last_words(program)}")

    def _spawn(self, program: str, *arguments: str) -> subprocess.Popen[bytes]:
        """Start a PostgreSQL program under the account, in a process group of its own.

        Nothing of the environment goes along: it may hold secrets, and PG* variables that change what it does.
        """
        kept = {name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ}
        uid, gid = self.account or (None, None)
        return subprocess.Popen(
            [str(self.bindir / program), *arguments],
            user=uid,
            group=gid,
            extra_groups=[] if self.account else None,
            cwd=self.directory,
            env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC", **kept},
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=self.log,
            process_group=0,
        )

    def _end_process(self) -> None:
        if self.process is None or self.process.poll() is not None:
            return
        if self.serving:
            # "Immediate shutdown": the postmaster ends its children, by force after five seconds, and itself.
            self.process.send_signal(signal.SIGQUIT)
        # Left alone, initdb is done in a second; killed, it would leave its shared memory behind.
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=15)
            return
        # The programs that initdb runs are in its group.
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def _last_words(self, program: str) -> str:
        size = os.fstat(self.log).st_size
        tail = os.pread(self.log, 2000, max(0, size - 2000)).decode(errors="replace")
        lines = [line.strip() for line in tail.splitlines() if line.strip()]
        return f"{program} said: " + ("; ".join(lines[-4:]) or "nothing")


def is_ready(data: Path) -> bool:
    """Whether the postmaster says in its `postmaster.pid` that it accepts connections, as `pg_ctl` asks it."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return False
    return len(lines) > 7 and lines[7].startswith("ready")


def is_trusted(path: Path) -> bool:
    """Whether nobody but us and root can have written it: binaries and settings in it are going to be run."""
    try:
        return path.lstat().st_uid in (0, os.geteuid())
    except OSError:
        return False


def lock_file(path: Path) -> int:
    """An open descriptor that holds the lock, until it is closed or its process ends.

    Raises:
        BlockingIOError: another process holds it.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def copy_tree(source: str, target: str, *, private: bool, owner: tuple[int, int] | None) -> None:
    """Copy a folder; in half the time of `shutil.copytree`, because modes and owner are set, not copied.

    Args:
        source: the folder.
        target: the folder to make.
        private: whether only the owner may read the copy, as PostgreSQL demands of a data directory.
        owner: uid and gid of the copy, or None for our own.
    """
    os.makedirs(target, 0o700 if private else 0o755)  # noqa: PTH103 - plain strings are half the time here
    if owner:
        os.chown(target, *owner)
    with os.scandir(source) as entries:
        for entry in entries:
            copy = f"{target}/{entry.name}"
            if entry.name in NOT_NEEDED or entry.name.endswith(".a"):
                continue
            if entry.is_symlink():
                Path(copy).symlink_to(Path(entry.path).readlink())
            elif entry.is_dir():
                copy_tree(entry.path, copy, private=private, owner=owner)
            else:
                executable = 0o111 if entry.stat().st_mode & 0o100 else 0
                copy_file(entry.path, copy, 0o600 if private else 0o644 | executable, owner)


def copy_file(source: str, target: str, mode: int, owner: tuple[int, int] | None) -> None:
    """Copy one file, which must not exist yet."""
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with open(descriptor, "wb") as writer, open(source, "rb") as reader:  # noqa: PTH123 - a thousand files a start
        shutil.copyfileobj(reader, writer, 1 << 16)
        if owner:
            os.fchown(descriptor, *owner)


def say(message: dict[str, str]) -> None:
    """Tell the parent, once; a parent that is gone is noticed at the next pause."""
    with contextlib.suppress(BrokenPipeError):
        os.write(1, json.dumps(message).encode() + b"\n")


def main(request: dict[str, Any]) -> None:
    """Serve one request until nobody waits for it any more."""
    os.umask(0o022)
    supervisor = Supervisor(request)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, supervisor.leave)
    try:
        directory = supervisor.start()
        say({"directory": str(directory), "bindir": str(supervisor.bindir)})
        supervisor.remove_abandoned_directories()
        while True:
            supervisor.pause(1.0)
    except ParentGone:
        pass
    except (Failed, OSError) as error:
        say({"error": str(error)})
    finally:
        supervisor.clean_up()


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
