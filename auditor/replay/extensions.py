"""Extensions in a throw-away server: which may be created, and stand-ins for those that are missing.

From PostgreSQL 18 on, `extension_control_path` lets a server find control files in further folders. The overlay
is such a folder, searched before the installation's own, with

- the *harmless* extensions of the installation, marked as trusted, so that the role that runs the migrations
  creates them without being superuser;
- *shims* for extensions that the installation does not have, or has but not for that role: SQL of our own with
  the objects that migrations use. They run without any privilege (but for a type that only a superuser may
  create), and what they cannot do they refuse. One of which nothing is known has no objects, and is made when it
  is missed. Every shim that a replay used has to be named in its report, see :func:`shimmed_extensions`.

https://www.postgresql.org/docs/current/extend-extensions.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from auditor.replay.replay_server import ReplayServer
    from auditor.replay.server import ThrowAwayServer

# Below the working directory; PostgreSQL looks in its sub-folder `extension`.
OVERLAY = "share"

# Not trusted by their authors' control files, but of no use to reach files, programs or other servers: what reads
# the disk or memory in them keeps its own privilege checks. Never to be added: dblink, postgres_fdw, file_fdw,
# adminpack, xml2, pg_surgery, pageinspect, untrusted languages, anything that speaks HTTP.
HARMLESS = frozenset(
    {
        "amcheck",
        "autoinc",
        "bloom",
        "dict_xsyn",
        "earthdistance",
        "hypopg",
        "insert_username",
        "intagg",
        "moddatetime",
        "pg_buffercache",
        "pg_freespacemap",
        "pg_prewarm",
        "pg_stat_statements",
        "pg_visibility",
        "pgrowlocks",
        "pgstattuple",
        "refint",
        "vector",
    }
)


@dataclass(frozen=True, slots=True)
class Shim:
    """A stand-in for an extension.

    Attributes:
        name: of the extension. Its objects are in `shims/NAME.sql`; without that file it has none, because
            nothing of the real one appears in migrations either: it is used by hand or at run time.
        version: installed when none is asked for.
        schema: where the real one insists to be, created with it; None if the user chooses.
        relocatable: whether ALTER EXTENSION ... SET SCHEMA works.
        requires: extensions it needs, as the real one does.
        superuser: its script runs as superuser, as that of any trusted extension does: for types that only a
            superuser may create. It is our own text and calls nothing that migrations could have made.
    """

    name: str
    version: str
    schema: str | None = None
    relocatable: bool = False
    requires: tuple[str, ...] = ()
    superuser: bool = False

    @property
    def control(self) -> str:
        """The text of its control file."""
        lines = [
            f"comment = 'auditor: stand-in for {self.name}'",
            f"default_version = '{self.version}'",
            f"relocatable = {str(self.relocatable).lower()}",
            f"superuser = {str(self.superuser).lower()}",
            f"trusted = {str(self.superuser).lower()}",
        ]
        if self.schema:
            lines.append(f"schema = '{self.schema}'")
        if self.requires:
            lines.append(f"requires = '{', '.join(self.requires)}'")
        return "\n".join(lines) + "\n"

    @property
    def script(self) -> str:
        """The SQL that CREATE EXTENSION runs."""
        file = _SHIM_SQL / f"{self.name}.sql"
        if not file.is_file():
            return "-- no objects\n"
        text = file.read_text(encoding="utf-8")
        if "shim_sha1(" in text:
            # Two extensions need it and may live in one schema, so each has its own under its own name.
            text = (_SHIM_SQL / "sha1.sql").read_text(encoding="utf-8") + text
        return text.replace("shim_sha1(", f"{self.name.replace('-', '_')}_sha1(")


SHIMS = (
    Shim("http", "1.6"),
    Shim("hypopg", "1.4.1", relocatable=True),
    Shim("index_advisor", "0.2.0", relocatable=True),
    Shim("ip4r", "2.4", relocatable=True),
    Shim("moddatetime", "1.0", relocatable=True),
    Shim("pg_cron", "1.6"),
    Shim("pg_graphql", "1.5.11", schema="graphql"),
    Shim("pg_hint_plan", "1.8.0", relocatable=True),
    Shim("pg_jsonschema", "0.3.3"),
    Shim("pg_net", "0.20.0"),
    Shim("pg_partman", "5.2.4", relocatable=True),
    Shim("pg_repack", "1.5.2", relocatable=True),
    Shim("pgaudit", "18.0", relocatable=True),
    Shim("pgcrypto", "1.4", relocatable=True),
    Shim("pgjwt", "0.2.0", requires=("pgcrypto",)),
    Shim("pgmq", "1.5.1", schema="pgmq"),
    Shim("pgsodium", "3.1.9", schema="pgsodium"),
    Shim("plpgsql_check", "2.8", relocatable=True),
    Shim("postgis", "3.5.2", superuser=True),
    Shim("supabase_vault", "0.3.1", schema="vault"),
    Shim("uuid-ossp", "1.1", relocatable=True),
)


def write_overlay(server: ThrowAwayServer) -> frozenset[str]:
    """Write the overlay of a server of 18 or newer, and return the names of the shims in it.

    A real extension of the installation wins over a shim wherever the role that runs the migrations may
    create it.
    """
    installed = _installed(server)
    folder = server.directory / OVERLAY / "extension"
    for each in (folder.parent, folder):
        each.mkdir()
        each.chmod(0o755)
    usable = set()
    for file in installed.glob("*.control"):
        control = _trusted_control(file)
        if control is None:
            continue
        usable.add(file.stem)
        if file.stem in HARMLESS:
            scripts = str(installed).replace("'", "''")
            _write(folder / file.name, f"{control}directory = '{scripts}'\n")
    shims = [shim for shim in SHIMS if shim.name not in usable]
    for shim in shims:
        _write(folder / f"{shim.name}.control", shim.control)
        _write(folder / f"{shim.name}--{shim.version}.sql", shim.script)
    return frozenset(shim.name for shim in shims)


def accept_version(server: ThrowAwayServer, name: str, version: str) -> bool:
    """Let CREATE EXTENSION ... VERSION and ALTER EXTENSION ... UPDATE TO work with any version.

    A shim takes each for the same. So does an extension of the installation that the role may create: histories
    ask for versions that were new when they were written. Any other extension becomes a shim without objects.

    Returns:
        Whether they do now: false if there is no folder of our own (before 18), or the name or the version is none
        that PostgreSQL takes.
    """
    if server.installation.major < 18 or not _VERSION.fullmatch(version) or "--" in version:
        return False
    if not _NAME.fullmatch(name):  # a migration may raise an error with any text
        return False
    folder = server.directory / OVERLAY / "extension"
    shim = next((shim for shim in SHIMS if shim.name == name and name in server.shims), None)
    if shim is None and name not in server.shims:
        if _accept_version_of_installed(_installed(server), folder, name, version):
            return True
        server.shims |= {name}
    shim = shim or Shim(name, version, relocatable=True)
    known = {file.stem.split("--")[1] for file in folder.glob(f"{name}--*.sql")}
    for other in known - {version}:
        _write(folder / f"{name}--{other}--{version}.sql", "-- same objects\n")
        _write(folder / f"{name}--{version}--{other}.sql", "-- same objects\n")
    _write(folder / f"{name}--{version}.sql", shim.script)
    if not known:
        _write(folder / f"{name}.control", shim.control)
    return True


def shimmed_extensions(server: ReplayServer, dbname: str) -> list[str]:
    """The extensions of a database that are shims: what they do was not checked by a replay."""
    with server.connect(dbname) as connection:
        rows = connection.execute(
            "select extname from pg_extension where extname = any (%s) order by extname", [sorted(server.shims)]
        )
        return [name for (name,) in rows]


def advice(server: ThrowAwayServer, name: str) -> str:
    """Why an extension cannot be created in a replay on this server, and what to do about it."""
    if name not in server.shims and any(shim.name == name for shim in SHIMS):
        return (
            f"it is not usable with {server.name}, and the stand-in for it needs PostgreSQL 18: "
            "`pip install 'auditor[embedded]'`"
        )
    return (
        f"{server.name} does not have it, or only for superusers, because it may reach files, programs or other "
        "servers: name a scratch server that has it with `--shadow URL`"
    )


# Private

_SHIM_SQL = Path(__file__).with_name("shims")
_TRUSTED = re.compile(r"^\s*trusted\s*=?\s*'?(true|on|yes|1)\b", re.MULTILINE | re.IGNORECASE)
_DEFAULT_VERSION = re.compile(r"^\s*default_version\s*=?\s*'([^']+)'", re.MULTILINE)
_NAME = re.compile(r"[A-Za-z0-9_]+(-[A-Za-z0-9_]+)*")
_VERSION = re.compile(r"[A-Za-z0-9_.+]+(-[A-Za-z0-9_.+]+)*")


def _installed(server: ThrowAwayServer) -> Path:
    """Where the installation has its extensions."""
    with server.connect() as connection:
        row = connection.execute("select setting from pg_config where name = 'SHAREDIR'").fetchone()
    assert row is not None  # noqa: S101 - pg_config always has it
    return Path(row[0], "extension")


def _trusted_control(file: Path) -> str | None:
    """The text of an extension's control file by which the role may create it; None if it may not."""
    control = file.read_text(encoding="utf-8")
    if _TRUSTED.search(control):
        return f"{control}\n"
    return f"{control}\ntrusted = true\n" if file.stem in HARMLESS else None


def _accept_version_of_installed(installed: Path, folder: Path, name: str, version: str) -> bool:
    """Put a copy of an extension into the overlay, whose newest version counts as another one too."""
    file = installed / f"{name}.control"
    control = _trusted_control(file) if file.is_file() else None
    newest = _DEFAULT_VERSION.search(control) if control is not None else None
    if control is None or newest is None:
        return False
    for script in installed.glob(f"{name}--*.sql"):
        _write(folder / script.name, script.read_text(encoding="utf-8"))
    _write(folder / f"{name}--{newest[1]}--{version}.sql", "-- same objects\n")
    _write(folder / f"{name}--{version}--{newest[1]}.sql", "-- same objects\n")
    _write(folder / file.name, control)
    return True


def _write(file: Path, text: str) -> None:
    """Write a file that the account of the server can read, whatever our umask."""
    file.write_text(text, encoding="utf-8")
    file.chmod(0o644)
