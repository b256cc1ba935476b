"""Schemas."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from auditor.model import CatalogObject


@dataclass(frozen=True, slots=True)
class Schema(CatalogObject):
    """A schema.

    https://www.postgresql.org/docs/current/catalog-pg-namespace.html
    """

    KIND: ClassVar[str] = "schema"

    owner: str
    privileges: list[str]
    comment: str | None
