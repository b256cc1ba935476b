"""Publications."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from auditor.model import CatalogObject


@dataclass(frozen=True, slots=True)
class Publication(CatalogObject):
    """A publication with its tables and schemas.

    https://www.postgresql.org/docs/current/catalog-pg-publication.html

    Attributes:
        all_tables: FOR ALL TABLES.
        tables: `public.t (a, b) WHERE (a > 0)`, sorted.
        schemas: FOR TABLES IN SCHEMA, sorted.
        publish: among `insert`, `update`, `delete`, `truncate`, in this order.
        via_root: `publish_via_partition_root`.
        generated_columns: `publish_generated_columns`: `none` or `stored` (PostgreSQL 18).
    """

    KIND: ClassVar[str] = "publication"

    owner: str
    all_tables: bool
    tables: list[str]
    schemas: list[str]
    publish: list[str]
    via_root: bool
    generated_columns: str
    comment: str | None
