"""Extensions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from auditor.model import CatalogObject


@dataclass(frozen=True, slots=True)
class Extension(CatalogObject):
    """An extension. What belongs to it is not read: it follows from the version.

    https://www.postgresql.org/docs/current/catalog-pg-extension.html

    Attributes:
        schema: where its objects are.
        version: as CREATE EXTENSION ... VERSION names it.
    """

    KIND: ClassVar[str] = "extension"

    schema: str
    version: str
    owner: str
    comment: str | None
