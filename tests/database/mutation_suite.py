"""The mutations of tests/cases/mutations: one schema, and what is found after each change to it.

A case is SQL between two marks:

    -- case: NAME
    -- expect: CODE CLASS | KIND | IDENTITY | FIELD, ...        one line for each finding; none: nothing is found
    SQL
    -- undo:                                                    `no`: the change is not taken back by statements
    SQL

It is run in a transaction of a database that has the schema; the catalog is read in that same transaction, and
what `auditor drift --scope all` finds is compared with what the case expects. Then what every finding prints as
its repair is run, or the statements of the case where a repair is only a comment, and nothing must be found any
more.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

import psycopg

from auditor.audits.parts.inputs import Inputs, read_inputs, required
from auditor.audits.parts.judging import drifted
from auditor.audits.parts.replaying import with_captured
from auditor.catalog.printing import set_printing
from auditor.catalog.reader import read_snapshot
from auditor.catalog.spelling import NEWEST, respelled
from auditor.config import Settings
from auditor.contract.facts import Facts
from auditor.model import Finding, Snapshot
from auditor.replay.server import ThrowAwayServer

FOLDER = Path(__file__).parent.parent / "cases" / "mutations"

ROLES = ("mut_reader", "mut_worker", "mut_stranger")

LABEL = b"""
    insert into pg_seclabel (classoid, objoid, objsubid, provider, label)
    values ('pg_class'::regclass, 'app.readings'::regclass, 0, 'dummy', 'secret')
"""
"""What SECURITY LABEL would do if a server without a provider took it."""


@dataclass(frozen=True, slots=True)
class Case:
    """A change, and what is found after it.

    Attributes:
        name: with the name of its file in front.
        expect: `CODE CLASS | KIND | IDENTITY | FIELD, ...`, sorted.
        sql: the change.
        undo: statements that take it back; empty: what the findings print; None: there are none.
        major: the oldest version of PostgreSQL that has it.
    """

    name: str
    expect: tuple[str, ...]
    sql: str
    undo: str | None
    major: int = 15

    @property
    def noise(self) -> bool:
        """Whether nothing must be found."""
        return not self.expect


@dataclass(slots=True)
class Result:
    """What came of a case.

    Attributes:
        found: as `Case.expect`.
        left: what is still found after the undoing; None if nothing was undone.
        repaired: whether it was undone with nothing but what the findings print.
        error: of PostgreSQL, if the case could not be run or undone.
    """

    case: Case
    found: tuple[str, ...] = ()
    left: tuple[str, ...] | None = None
    repaired: bool = False
    error: str | None = None
    findings: tuple[Finding, ...] = field(default=(), repr=False)

    @property
    def right(self) -> bool:
        """Found is exactly what is expected, and after the undoing nothing."""
        return self.error is None and self.found == self.case.expect and not self.left


def cases(folder: Path = FOLDER / "cases") -> list[Case]:
    """Every case of every file, in order."""
    found = []
    for path in sorted(folder.glob("*.sql")):
        for text in re.split(r"^-- case: ", path.read_text("utf-8"), flags=re.MULTILINE)[1:]:
            name, _, body = text.partition("\n")
            expect = tuple(sorted(one.strip() for one in re.findall(r"^-- expect: (.*)$", body, re.MULTILINE)))
            major = re.search(r"^-- major: (\d+)$", body, re.MULTILINE)
            body = re.sub(r"^-- (expect|major): .*\n", "", body, flags=re.MULTILINE)
            sql, mark, undo = body.partition("-- undo:")
            kept = None if undo.strip() == "no" else undo.strip()
            found.append(
                Case(
                    f"{path.stem}: {name}",
                    expect,
                    sql.strip(),
                    kept if mark else "",
                    int(major[1]) if major else 15,
                )
            )
    return found


def history() -> list[str]:
    """What each migration of the schema does, in order."""
    return [path.read_text("utf-8") for path in sorted((FOLDER / "migrations").glob("*.sql"))]


def inputs(pg_major: int | None = None) -> Inputs:
    """The history as the commands read it."""
    return read_inputs(Settings(root=FOLDER, config=FOLDER / "classifications.yaml", pg_major=pg_major))


def create(server: ThrowAwayServer, name: str = "mutations") -> str:
    """A database with the schema; returns how to connect to it."""
    with server.connect("postgres") as connection:
        for role in ROLES:
            connection.execute(f"create role {role}".encode())
    database = server.create_database(name)
    with server.connect(database) as connection:
        connection.execute("reset search_path")
        connection.execute("set allow_in_place_tablespaces = on")
        connection.execute((files("auditor.replay") / "shims" / "pg_cron.sql").read_bytes())
        for migration in history():
            connection.execute(migration.encode())
        connection.execute(LABEL)
    return server.conninfo(database)


class Suite:
    """Runs cases in one database and compares with a catalog."""

    def __init__(self, conninfo: str, expected: Snapshot | None = None) -> None:
        """
        Args:
            conninfo: of a superuser, of a database with the schema.
            expected: the catalog to compare with; if not given, that of the database before any change.
        """
        self.connection: psycopg.Connection[Any] = psycopg.connect(conninfo, cursor_factory=psycopg.RawCursor)
        # The same queries hundreds of times: planned once.
        self.connection.prepare_threshold = 0
        self.connection.execute("set plan_cache_mode = force_generic_plan")
        self.connection.commit()
        self.major = self.connection.info.server_version // 10_000
        before = self.read()
        self.connection.rollback()
        self.expected = expected if expected is not None else before
        read = inputs(self.expected.server_version_num // 10_000)
        if self.expected.server_version_num // 10_000 != self.major:
            read, self.expected = with_captured(read, {}, NEWEST), respelled(self.expected, self.major)
        self.inputs = read
        self.configuration = required(read.configuration, read.settings)

    def close(self) -> None:
        """Leave the database as it was."""
        self.connection.rollback()
        self.connection.close()

    def read(self) -> Snapshot:
        """The catalog as the transaction has it."""
        set_printing(self.connection)
        return read_snapshot(self.connection)

    def findings(self, snapshot: Snapshot) -> tuple[Finding, ...]:
        """What `drift --scope all` says of a catalog."""
        if snapshot.server_version_num // 10_000 != self.expected.server_version_num // 10_000:
            snapshot = respelled(snapshot, self.expected.server_version_num // 10_000)
        facts = Facts(self.configuration, self.inputs.history, snapshot, self.expected)
        return drifted(facts, "all").findings

    def run(self, case: Case) -> Result:
        """Change, look, take back, look again; the database stays as it was."""
        result = Result(case)
        try:
            self.connection.execute(case.sql.encode(), prepare=False)
            result.findings = self.findings(self.read())
            result.found = told(result.findings)
            if case.undo is not None and not case.noise:
                repairs = [finding.repair or "" for finding in result.findings]
                result.repaired = bool(repairs) and all(is_repair(one) for one in repairs)
                undo = case.undo or "\n".join(repairs)
                self.connection.execute(undo.encode(), prepare=False)
                result.left = told(self.findings(self.read()))
                result.repaired = result.repaired and not case.undo
        except psycopg.Error as error:
            result.error = str(error)
        finally:
            self.connection.rollback()
        return result


def told(findings: tuple[Finding, ...]) -> tuple[str, ...]:
    """Findings as `Case.expect` has them."""
    return tuple(
        sorted(
            f"{one.code} {one.owner_class} | {one.object.kind if one.object else ''} | "
            f"{one.object.identity if one.object else ''} | {one.field or ''}".strip()
            for one in findings
        )
    )


def is_repair(text: str) -> bool:
    """Whether a repair is statements only, and not a comment that leaves something to a person."""
    lines = [line for line in text.splitlines() if line.strip()]
    return bool(lines) and not any(line.startswith("-- ") for line in lines)


def differences(results: list[Result]) -> Iterator[str]:
    """What is not as expected, for people."""
    for one in results:
        if one.error:
            yield f"{one.case.name}: {one.error}"
        for text in sorted(set(one.found) - set(one.case.expect)):
            yield f"{one.case.name}: found beside what is expected: {text}"
        for text in sorted(set(one.case.expect) - set(one.found)):
            yield f"{one.case.name}: not found: {text}"
        for text in one.left or ():
            yield f"{one.case.name}: still found when undone: {text}"
