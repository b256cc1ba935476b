"""Transforms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from auditor.model import CatalogObject


@dataclass(frozen=True, slots=True)
class Transform(CatalogObject):
    """A transform between a type and a procedural language.

    https://www.postgresql.org/docs/current/catalog-pg-transform.html

    Attributes:
        from_sql, to_sql: identities of functions.
    """

    KIND: ClassVar[str] = "transform"

    from_sql: str | None
    to_sql: str | None
    comment: str | None
