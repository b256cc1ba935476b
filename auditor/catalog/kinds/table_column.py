"""Columns of tables and foreign tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from auditor.catalog.table_part import TablePart


@dataclass(frozen=True, slots=True)
class TableColumn(TablePart):
    """A column of a table. Its position is not compared: no statement can depend on it safely.

    https://www.postgresql.org/docs/current/catalog-pg-attribute.html

    Attributes:
        type: as `format_type()` prints it, with modifier: `numeric(10,2)`, `public.mood[]`.
        not_null: True also for a primary key; the NOT NULL constraints that PostgreSQL 18 names are this field.
        not_null_valid: False after NOT NULL ... NOT VALID (PostgreSQL 18).
        not_null_no_inherit: NOT NULL ... NO INHERIT (PostgreSQL 18).
        default: the DEFAULT expression or, where `generated` is set, the generation expression.
        identity_generation: `always` or `by default` for an identity column.
        generated: `stored` or `virtual` for a generated column.
        collation: identity of the collation, where it is not the type's own.
        storage: `plain`, `external`, `extended`, `main`, where it is not the type's own.
        compression: `pglz` or `lz4`, where set.
        statistics: statistics target, where set.
        options: attribute options such as `n_distinct=5`, and those of a foreign table's column; sorted.
        inherited: True when the column comes from a parent table only.
        privileges: only those granted on the column itself.
    """

    KIND: ClassVar[str] = "table column"

    type: str
    not_null: bool
    not_null_valid: bool
    not_null_no_inherit: bool
    default: str | None
    identity_generation: str | None
    generated: str | None
    collation: str | None
    storage: str | None
    compression: str | None
    statistics: int | None
    options: list[str]
    inherited: bool
    privileges: list[str]
    comment: str | None


@dataclass(frozen=True, slots=True)
class ForeignTableColumn(TableColumn):
    """A column of a foreign table."""

    KIND: ClassVar[str] = "foreign table column"
