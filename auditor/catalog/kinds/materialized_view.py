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
    """

    KIND: ClassVar[str] = "materialized view"

    owner: str
    definition: str
    populated: bool
    access_method: str | None
    tablespace: str | None
    options: list[str]
    privileges: list[str]
    comment: str | None
