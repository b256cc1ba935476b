"""Materialized views."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from auditor.model import CatalogObject


@dataclass(frozen=True, slots=True)
class MaterializedView(CatalogObject):
    """A materialized view.

    https://www.postgresql.org/docs/current/sql-creatematerializedview.html

    Attributes:
        definition: the query, as `pg_get_viewdef()` prints it.
        populated: False after WITH NO DATA: it cannot be read.
        access_method: `heap`, ...
        tablespace: None for the database's own.
        options: storage options, sorted.
        columns, column_privileges, column_comments: as of a view.
        column_settings: what ALTER COLUMN ... SET says, `name STATISTICS 100`, `name (n_distinct=5)`; in order of
            columns.
    """

    KIND: ClassVar[str] = "materialized view"

    owner: str
    definition: str
    columns: list[str]
    populated: bool
    access_method: str | None
    tablespace: str | None
    options: list[str]
    column_settings: list[str]
    privileges: list[str]
    column_privileges: list[str]
    column_comments: list[str]
    comment: str | None
