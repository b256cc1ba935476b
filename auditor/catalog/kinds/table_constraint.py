"""Constraints of tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from auditor.catalog.table_part import TablePart


@dataclass(frozen=True, slots=True)
class TableConstraint(TablePart):
    """A primary key, unique, check, foreign key or exclusion constraint, its index included.

    There is no full definition among the fields, so that one change is one field. A NOT NULL constraint is
    `not_null` of its column, a constraint trigger is a trigger.

    https://www.postgresql.org/docs/current/catalog-pg-constraint.html

    Attributes:
        type: as in `pg_constraint.contype`: p primary key, u unique, c check, f foreign key, x exclusion.
        columns: its own columns, in order, for p, u and f; none for c and x.
        expression: of a check, as `pg_get_expr()` prints it.
        elements: of an exclusion constraint, `room WITH =`, in order.
        predicate: of an exclusion constraint, its WHERE.
        method: access method of the index of p, u, x.
        references: identity of the table that a foreign key points at.
        references_columns: its columns, in the order of `columns`.
        match: of a foreign key: `simple`, `full`, `partial`.
        on_update, on_delete: of a foreign key: `no action`, `restrict`, `cascade`, `set null (a, b)`,
            `set default`.
        deferrable, initially_deferred: False and False if it is checked at once.
        validated: False after NOT VALID.
        enforced: False after NOT ENFORCED (PostgreSQL 18).
        no_inherit: of a check, NO INHERIT.
        temporal: WITHOUT OVERLAPS or PERIOD (PostgreSQL 18).
        nulls_not_distinct: of a unique constraint.
        include: INCLUDE columns of the index.
        index_valid: False if the index cannot be relied on; None for c and f.
        clustered: CLUSTER ON its index.
        tablespace: of its index; None for the database's own.
        options: storage options of the index, sorted.
        enabled: of a foreign key or a deferrable constraint, the state of the internal triggers that check it:
            `origin`, `always`, `replica`, `disabled`, or several (`disabled, origin`); else None.
        inherited: True when it comes from a parent table only.
    """

    KIND: ClassVar[str] = "table constraint"

    type: str
    columns: list[str]
    expression: str | None
    elements: list[str]
    predicate: str | None
    method: str | None
    references: str | None
    references_columns: list[str]
    match: str | None
    on_update: str | None
    on_delete: str | None
    deferrable: bool
    initially_deferred: bool
    validated: bool
    enforced: bool
    no_inherit: bool
    temporal: bool
    nulls_not_distinct: bool
    include: list[str]
    index_valid: bool | None
    clustered: bool
    tablespace: str | None
    options: list[str]
    enabled: str | None
    inherited: bool
    comment: str | None
