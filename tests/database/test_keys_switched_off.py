"""MIG001 names the keys that PostgreSQL no longer checks after DISABLE TRIGGER ALL, and no others."""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from auditor.catalog.kinds.table_constraint import TableConstraint
from auditor.catalog.printing import set_printing
from auditor.catalog.reader import read_snapshot
from auditor.history.course import course_of
from auditor.history.fold import fold
from auditor.migrations.effects import changes_of
from auditor.migrations.read import ReadMigration
from auditor.migrations.statements import split_statements
from auditor.model import Migration, OwnerClass
from auditor.rules.migrations import core_trigger_off

TABLES = """
SET LOCAL search_path = public;
CREATE TABLE parents (id bigint PRIMARY KEY, code text UNIQUE DEFERRABLE, above bigint REFERENCES parents);
CREATE TABLE kids (id bigint PRIMARY KEY, parent bigint REFERENCES parents, n int CHECK (n > 0));
CREATE TABLE parted (id bigint PRIMARY KEY, parent bigint REFERENCES parents) PARTITION BY RANGE (id);
CREATE TABLE part PARTITION OF parted FOR VALUES FROM (0) TO (10);
"""

CASES = [
    "ALTER TABLE kids DISABLE TRIGGER ALL",
    "ALTER TABLE kids DISABLE TRIGGER USER",
    "ALTER TABLE kids DISABLE TRIGGER ALL; ALTER TABLE kids ENABLE TRIGGER ALL",
    "ALTER TABLE kids DISABLE TRIGGER ALL; ALTER TABLE kids ENABLE TRIGGER USER",
    "ALTER TABLE parents DISABLE TRIGGER ALL",
    "ALTER TABLE parents DISABLE TRIGGER ALL; ALTER TABLE kids ENABLE TRIGGER ALL",
    "ALTER TABLE kids DISABLE TRIGGER ALL; ALTER TABLE parents ENABLE TRIGGER ALL",
    (
        "ALTER TABLE kids DISABLE TRIGGER ALL; ALTER TABLE kids RENAME TO children; "
        "ALTER TABLE children ENABLE TRIGGER ALL"
    ),
    (
        "ALTER TABLE parents DISABLE TRIGGER ALL; ALTER TABLE parents RENAME TO elders; "
        "ALTER TABLE elders ENABLE TRIGGER ALL"
    ),
    (
        "ALTER TABLE kids DISABLE TRIGGER ALL; ALTER TABLE kids DROP CONSTRAINT kids_parent_fkey, "
        "ADD CONSTRAINT kids_parent_fkey FOREIGN KEY (parent) REFERENCES parents"
    ),
    "ALTER TABLE kids DISABLE TRIGGER ALL; ALTER TABLE kids DROP COLUMN parent",
    "ALTER TABLE kids DISABLE TRIGGER ALL; DROP TABLE kids",
    "DO $$ BEGIN EXECUTE 'ALTER TABLE kids DISABLE TRIGGER ALL'; END $$",
    "ALTER TABLE part DISABLE TRIGGER ALL",
    "ALTER TABLE parted DISABLE TRIGGER ALL",
    "ALTER TABLE ONLY parted DISABLE TRIGGER ALL",
    "ALTER TABLE parted DISABLE TRIGGER ALL; ALTER TABLE parted ENABLE TRIGGER ALL",
    "ALTER TABLE parted DISABLE TRIGGER ALL; ALTER TABLE part ENABLE TRIGGER ALL",
    (
        "CREATE TABLE grandkids (id bigint REFERENCES parted, k bigint REFERENCES kids); "
        "ALTER TABLE grandkids DISABLE TRIGGER ALL"
    ),
]


@pytest.fixture(scope="module")
def told() -> Callable[[str], set[str]]:
    def told(text: str) -> set[str]:
        statements = split_statements(TABLES + text, "a.sql")
        changes = tuple(changes_of(statement.text) for statement in statements)
        read = ReadMigration(Migration("a", "a.sql", "sql", tuple(statements)), changes, (None,) * len(changes))
        course = course_of(fold([read]), [read], lambda _: OwnerClass.CORE)
        return {finding.object.identity for finding in core_trigger_off.check(course) if finding.object}

    return told


def test_the_keys_that_are_no_longer_checked_are_named(
    connect: Callable[..., psycopg.Connection[Any]], told: Callable[[str], set[str]]
) -> None:
    connection = connect()
    wrong = []
    for text in CASES:
        with connection.transaction(force_rollback=True):
            connection.execute(TABLES + text)
            set_printing(connection)
            off = {
                item.identity
                for item in read_snapshot(connection).objects.values()
                if isinstance(item, TableConstraint) and "disabled" in (item.enabled or "")
            }
        if told(text) != off:
            wrong.append(f"{text}: {sorted(told(text))}, not {sorted(off)}")
    assert not wrong, "\n".join(wrong)
