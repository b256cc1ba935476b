"""One-statement migrations that linters pass: each is found when it touches the core, and its twin is not.

The statement is appended to the reference system's own history and run in a copy of its database.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import psycopg
import pytest
from reference_system import ROOT, ReferenceDatabase

from auditor.audits.parts.bodies import judge_bodies
from auditor.audits.parts.inputs import Inputs, read_inputs
from auditor.audits.parts.judging import keeps_contract
from auditor.audits.parts.migrations import judge_migrations
from auditor.catalog.printing import set_printing
from auditor.catalog.reader import read_snapshot
from auditor.config import Settings
from auditor.contract.facts import Facts
from auditor.history.fold import fold
from auditor.migrations.effects import changes_of
from auditor.migrations.read import ReadMigration
from auditor.migrations.statements import split_statements
from auditor.model import Finding, Migration, Severity, Snapshot

FOLDER = ROOT / "tests" / "cases" / "missed_by_linters"
CASES = sorted(path.name for path in FOLDER.iterdir() if path.is_dir())
CRON = """
CREATE SCHEMA cron;
CREATE FUNCTION cron.schedule(text, text) RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint';
CREATE FUNCTION cron.schedule(text, text, text) RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint';
"""


@pytest.fixture(scope="module")
def reference() -> Inputs:
    return read_inputs(Settings(ROOT, config=ROOT / "classifications.yaml"))


def test_there_are_enough() -> None:
    assert len(CASES) >= 24


def test_each_is_found_in_the_core_and_its_twin_is_not(
    reference_database: ReferenceDatabase, reference: Inputs
) -> None:
    connection = reference_database.connect()
    connection.execute(CRON)
    connection.execute((FOLDER / "before.sql").read_text())
    wrong: list[str] = []
    quiet = {finding.fingerprint for finding in _findings(connection, reference, "")}
    for name in CASES:
        codes = set((FOLDER / name / "codes").read_text().split())
        found = _findings(connection, reference, (FOLDER / name / "core.sql").read_text())
        told = {finding.code for finding in found if finding.fingerprint not in quiet}
        if not codes <= told:
            wrong.append(f"{name}: {sorted(codes - told)} not among {sorted(told)}")
        twin = _findings(connection, reference, (FOLDER / name / "twin.sql").read_text())
        loud = [
            f"{finding.code} {finding.message}"
            for finding in twin
            if finding.fingerprint not in quiet
            and (finding.severity is Severity.ERROR or finding.code.startswith("MIG"))
        ]
        if loud:
            wrong.append(f"{name}, the twin: {loud}")
    assert not wrong, "\n".join(wrong)


# Private


def _findings(connection: psycopg.Connection[Any], reference: Inputs, text: str) -> list[Finding]:
    """What is found with the statement at the end of the history."""
    inputs = _appended(reference, text)
    assert inputs.configuration is not None
    with connection.transaction(force_rollback=True):
        if text:
            connection.execute(text)
        snapshot = _snapshot(connection)
    facts = Facts(inputs.configuration, inputs.history, snapshot, snapshot)
    parts = (
        judge_migrations(inputs, inputs.configuration),
        keeps_contract(inputs, snapshot),
        judge_bodies(facts, source="replay"),
    )
    return [finding for part in parts for finding in part.findings]


def _snapshot(connection: psycopg.Connection[Any]) -> Snapshot:
    set_printing(connection)
    return read_snapshot(connection)


def _appended(reference: Inputs, text: str) -> Inputs:
    reads = list(reference.reads)
    for name, sql in (("0021", (FOLDER / "before.sql").read_text()), ("0022", text)):
        statements = split_statements(sql, f"{name}.sql")
        changes = tuple(changes_of(statement.text) for statement in statements)
        migration = Migration(name, f"{name}.sql", "alembic", tuple(statements))
        reads.append(ReadMigration(migration, changes, tuple(None for _ in statements)))
    return dataclasses.replace(reference, reads=tuple(reads), history=fold(reads))
