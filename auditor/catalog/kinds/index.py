"""Indexes that no constraint owns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from auditor.catalog.table_part import TablePart


@dataclass(frozen=True, slots=True)
class Index(TablePart):
    """An index of a table or materialized view; the index of a constraint is part of the constraint.

    There is no full definition among the fields, so that one change is one field.

    https://www.postgresql.org/docs/current/catalog-pg-index.html

    Attributes:
        method: `btree`, `gin`, ...
        unique: UNIQUE.
        keys: columns (quoted where needed) and expressions (in parentheses unless a function call), in order,
            each with COLLATE, operator class, DESC, NULLS FIRST or LAST where not the default.
        include: INCLUDE columns.
        predicate: WHERE, as `pg_get_expr()` prints it.
        nulls_not_distinct: of a unique index.
        valid: False: queries do not use it, and uniqueness does not hold for the rows it lacks.
        ready: False: it does not even take new rows.
        clustered: CLUSTER ON.
        tablespace: None for the database's own.
        options: storage options, sorted.
        statistics: statistics targets that are set, by the place of the key: `1: 500`.
        partition_of: identity of the index of the partitioned table that it belongs to.
    """

    KIND: ClassVar[str] = "index"

    method: str
    unique: bool
    keys: list[str]
    include: list[str]
    predicate: str | None
    nulls_not_distinct: bool
    valid: bool
    ready: bool
    clustered: bool
    tablespace: str | None
    options: list[str]
    statistics: list[str]
    partition_of: str | None
    comment: str | None
