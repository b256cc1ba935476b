"""Access methods."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from auditor.model import CatalogObject


@dataclass(frozen=True, slots=True)
class AccessMethod(CatalogObject):
    """An access method of tables or indexes.

    https://www.postgresql.org/docs/current/catalog-pg-am.html

    Attributes:
        type: `table` or `index`.
        handler: identity of a function.
    """

    KIND: ClassVar[str] = "access method"

    type: str
    handler: str
    comment: str | None
