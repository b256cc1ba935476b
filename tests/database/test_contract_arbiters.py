"""ON CONFLICT and its index: PostgreSQL is the judge."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg

from auditor.catalog.printing import set_printing
from auditor.catalog.reader import read_snapshot
from auditor.contract.arbiters import answers, candidates
from auditor.migrations.effects import changes_of
from auditor.model import Snapshot
from auditor.model.change import Rows

Connect = Callable[..., psycopg.Connection[Any]]

INDEXES = {
    "plain": "create unique index on t (a)",
    "two columns": "create unique index on t (b, a)",
    "not unique": "create index on t (a)",
    "partial": "create unique index on t (a) where a is not null",
    "partial with another condition": "create unique index on t (a) where status = 'open'",
    "partial by a list": "create unique index on t (a) where status in ('open', 'waiting')",
    "partial by two conditions": "create unique index on t (a) where a is not null and status = 'open'",
    "partial by a comparison": "create unique index on t (a) where b > 3",
    "on an expression": "create unique index on t (lower(a))",
    "on an expression and a column": "create unique index on t (lower(a), b)",
    "on coalesce": "create unique index on t (coalesce(a, ''))",
    "on a key of a document": "create unique index on t ((doc ->> 'key'))",
    "include": "create unique index on t (a) include (b)",
    "other order and class": "create unique index on t (a text_pattern_ops desc)",
    "other collation": 'create unique index on t (a collate "C")',
    "nulls not distinct": "create unique index on t (a) nulls not distinct",
    "constraint": "alter table t add constraint t_a unique (a)",
    "deferrable constraint": "alter table t add constraint t_a unique (a) deferrable",
    "no index": "select 1",
}
CLAUSES = [
    "(a)",
    "(b, a)",
    "(a, b)",
    "(a) where a is not null",
    "(a) where a = 'x'",
    "(a) where a > 'x'",
    "(a) where not (a is null)",
    "(a) where status = 'open'",
    "(a) where 'open' = status and a is not null",
    "(a) where status in ('waiting', 'open')",
    "(a) where status = any (array['open'])",
    "(a) where status = 'closed'",
    "(a) where b > 5",
    "(a) where b > 1",
    "(a) where b = 4 and a is not null",
    "(a) where length(a) > 1",
    "(a) where status like 'op%'",
    "(lower(a))",
    "(lower(a), b)",
    "(lower(a), a)",
    "(coalesce(a, ''::text))",
    "(upper(a))",
    "((doc ->> 'key'))",
    "(a text_pattern_ops)",
    '(a collate "C")',
]


def accepted(connection: psycopg.Connection[Any], statement: str) -> bool:
    """Whether PostgreSQL runs the statement."""
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(statement.encode())
    except (psycopg.errors.InvalidColumnReference, psycopg.errors.ObjectNotInPrerequisiteState):
        return False
    return True


def snapshot_of(connection: psycopg.Connection[Any]) -> Snapshot:
    with connection.transaction(force_rollback=True):
        set_printing(connection)
        return read_snapshot(connection)


def test_what_fits_is_what_postgresql_finds(connect: Connect) -> None:
    connection = connect(autocommit=False)
    connection.execute(b"create table t (a text, b integer not null, status text, doc jsonb)")
    unknown: list[tuple[str, str]] = []
    for name, index in INDEXES.items():
        with connection.transaction(force_rollback=True):
            connection.execute(index.encode())
            found = candidates(snapshot_of(connection), "public.t")
            for clause in CLAUSES:
                statement = f"insert into public.t values ('x', 4, 'open', '{{}}') on conflict {clause} do nothing"
                (arbiter,) = (
                    one for c in changes_of(statement) if isinstance(c, Rows) for one in c.access.arbiters
                )
                fits = [(one, answers(arbiter, one)) for one in found]
                usable = [one for one, answer in fits if answer]
                truth = accepted(connection, statement)
                if not usable and any(answer is None for _, answer in fits):
                    unknown.append((name, clause))
                else:
                    assert (bool(usable) and not any(one.deferrable for one in usable)) is truth, (name, clause)

    # What is left to the server: proofs by comparison, and classes and collations.
    assert {clause for _, clause in unknown} <= {
        "(a) where length(a) > 1",
        "(a) where b > 5",
        "(a) where b > 1",
        "(a) where b = 4 and a is not null",
        "(a) where status like 'op%'",
        "(a text_pattern_ops)",
        '(a collate "C")',
    }
    assert len(unknown) < 25
