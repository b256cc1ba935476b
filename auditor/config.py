"""What a run was asked to do: one frozen value, made once from options and environment.

`classifications.yaml` is only *found* here; `auditor.declaration.load` reads it. This module is loaded by
`auditor COMMAND --help` too and therefore imports nothing but the standard library.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from auditor.errors import UsageError

CONFIG_NAME = "classifications.yaml"

DATABASE_VARIABLES = ("AUDITOR_DATABASE_URL", "DATABASE_URL")
"""Read in this order when no `--db` is given; after them come libpq's own variables and service files."""

SHADOW_VARIABLE = "AUDITOR_SHADOW_URL"
"""Read when no `--shadow` is given."""

FailOn = Literal["error", "warning"]
Color = Literal["auto", "always", "never"]
Scope = Literal["contract", "core", "owned", "all"]


@dataclass(frozen=True, slots=True)
class Output:
    """One place to which a report goes.

    Attributes:
        format: name of a report format.
        path: the file, or None for stdout.
    """

    format: str
    path: Path | None


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything a command needs to know; passes whole, and is never changed.

    Attributes:
        root: directory to which every path in a report and in `classifications.yaml` is relative.
        config: the `classifications.yaml` in use, or None if there is none.
        db: URL or conninfo of the live database; empty leaves everything to libpq. Never shown.
        db_from: where `db` comes from: `--db`, the name of a variable, or `libpq`.
        shadow: URL or conninfo of a scratch server to replay on; empty: a throw-away one. Never shown.
        prelude: SQL to run before the first migration of a replay, or None: what `classifications.yaml` says.
        keep_going: a replay goes on behind a migration that fails.
        outputs: at least one; where the report is written and in which format.
        fail_on: the least severity that makes a run fail.
        strict: warnings count as errors.
        color: as asked; `auto` depends on where the report goes.
        verbosity: -1 quiet, 0 normal, 1 and more: tell what is going on.
        pg_major: the PostgreSQL major whose rules are followed, or None: the newest known.
        scope: which objects `drift` compares.
        against: what `drift` compares with: `history`, `applied`, a snapshot file, or a URL. May hold a password.
        subject: the identity or code a command is asked about, or None.
        base: the revision that a review compares with.
    """

    root: Path
    config: Path | None = None
    db: str = field(default="", repr=False)
    db_from: str = "libpq"
    shadow: str = field(default="", repr=False)
    prelude: Path | None = None
    keep_going: bool = False
    outputs: tuple[Output, ...] = (Output("text", None),)
    fail_on: FailOn = "error"
    strict: bool = False
    color: Color = "auto"
    verbosity: int = 0
    pg_major: int | None = None
    scope: Scope = "core"
    against: str = field(default="history", repr=False)
    subject: str | None = None
    base: str = ""

    @property
    def db_asked(self) -> bool:
        """Whether `--db` stands on the command line; `check` looks at a live database only then."""
        return self.db_from == "--db"

    def shown(self, path: Path) -> str:
        """A path as reports show it: relative to the root where it lies below it, with forward slashes."""
        try:
            return path.resolve().relative_to(self.root.resolve()).as_posix()
        except ValueError:
            return path.as_posix()


def find_config(start: Path) -> Path | None:
    """The nearest `classifications.yaml` upwards from a directory, not beyond the repository's root.

    Outside a repository only the directory itself is looked at: a file that lies further up belongs to
    something else.
    """
    start = start.resolve()
    root = repository_root(start) or start
    for directory in (start, *start.parents):
        if (directory / CONFIG_NAME).is_file():
            return directory / CONFIG_NAME
        if directory == root:
            return None
    return None


def repository_root(start: Path) -> Path | None:
    """The nearest directory upwards that holds `.git` (a directory, or a file in a work tree)."""
    start = start.resolve()
    return next((d for d in (start, *start.parents) if (d / ".git").exists()), None)


def given_config(path: Path) -> Path:
    """A `--config` that exists.

    Raises:
        UsageError: if it does not, or is not a file.
    """
    if not path.is_file():
        why = "is a directory" if path.is_dir() else "does not exist"
        raise UsageError(f"--config {path}: {why}; name a {CONFIG_NAME}")
    return path.resolve()


def database(given: str | None, environment: Mapping[str, str]) -> tuple[str, str]:
    """The live database's URL or conninfo, and where it was found.

    Returns:
        (`""`, `"libpq"`) when nothing names one: libpq then reads PGHOST, PGSERVICE and the like,
        https://www.postgresql.org/docs/current/libpq-envars.html
    """
    if given is not None:
        return given, "--db"
    for name in DATABASE_VARIABLES:
        if environment.get(name):
            return environment[name], name
    return "", "libpq"


def cache_directory(environment: Mapping[str, str] | None = None) -> Path | None:
    """Where the program keeps what it remembers, or None if it must not (`AUDITOR_NO_CACHE`).

    `AUDITOR_CACHE_DIR`, else `auditor` below `XDG_CACHE_HOME`, else below `~/.cache`
    (https://specifications.freedesktop.org/basedir-spec/latest/).
    """
    if environment is None:
        environment = os.environ
    if environment.get("AUDITOR_NO_CACHE", "") not in ("", "0"):
        return None
    if own := environment.get("AUDITOR_CACHE_DIR"):
        return Path(own)
    base = environment.get("XDG_CACHE_HOME", "")
    if base and Path(base).is_absolute():
        return Path(base) / "auditor"
    try:
        return Path.home() / ".cache" / "auditor"
    except RuntimeError:  # no home directory at all
        return None


def secrets_of(texts: Iterable[str]) -> frozenset[str]:
    """The passwords that stand in URLs and conninfo strings, in each spelling in which they may reappear."""
    from urllib.parse import quote, unquote  # only now: start-up time

    found = set()
    for text in texts:
        for pattern in (_URL_PASSWORD, _CONNINFO_PASSWORD):
            for match in pattern.finditer(text):
                value = next(group for group in match.groups() if group is not None)
                found |= {value, unquote(value), quote(unquote(value), safe="")}
    return frozenset(secret for secret in found if secret)


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """The text without any password: neither one of `secrets` nor anything that stands where one would."""
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, "***")
    for pattern in (_URL_PASSWORD, _CONNINFO_PASSWORD):
        text = pattern.sub(_without_password, text)
    return text


# Private

# The password may hold `@`, `/` and `:` when somebody forgot to %-encode it: take all up to the last `@`
# that comes before white space or a quote.
_URL_PASSWORD = re.compile(r"://[^\s:/@'\"]*:([^\s'\"]*)@")
_CONNINFO_PASSWORD = re.compile(
    r"\b(?:pass(?:word|wd)?|sslpassword)\s*=\s*(?:'((?:[^'\\]|\\.)*)'|([^\s&'\"]+))", re.IGNORECASE
)


def _without_password(match: re.Match[str]) -> str:
    whole, start = match.group(0), match.start()
    begin, end = next(match.span(i) for i in range(1, len(match.groups()) + 1) if match.group(i) is not None)
    return whole[: begin - start] + "***" + whole[end - start :]
