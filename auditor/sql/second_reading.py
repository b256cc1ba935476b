"""The second reading of every statement, by sqlglot, to be compared with that of PostgreSQL's grammar.

sqlglot is loaded by the first statement that is to be read (:mod:`auditor.sql.sqlglot_adapter`).
"""

from __future__ import annotations

from dataclasses import dataclass

from auditor.model.change import Access, Name

MAX_BYTES = 100_000
"""Longer statements (bulk INSERTs) are left to libpg_query: sqlglot needs seconds for a megabyte."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What kind of statement it is, and on which object.

    Attributes:
        action: `create`, `alter`, `drop`, `comment`, `grant`, `revoke`, `insert`, `update`, `delete`, `merge`,
            `select`, `truncate`, `copy`, `begin`, `commit`, `rollback`, `set`, `analyze`.
        kind: `table`, `view`, `index`... in lower case; sqlglot says `view` for materialized views too.
            Empty where the statement names no object.
        name: the first object named, or None.
    """

    action: str
    kind: str = ""
    name: Name | None = None


def shape_of(sql: str) -> Shape | None:
    """The shape that sqlglot sees, or None where it does not type the statement."""
    from auditor.sql import sqlglot_adapter

    return sqlglot_adapter.shape_of(sql)


def accesses_of(sql: str) -> tuple[Access, ...] | None:
    """Which relations a data statement reads and writes, as sqlglot sees it; calls are left out.

    Returns:
        One access for each relation and verb, or None where sqlglot does not type the statement.
    """
    from auditor.sql import sqlglot_adapter

    return sqlglot_adapter.accesses_of(sql)
