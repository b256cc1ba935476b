"""Text search templates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from auditor.model import CatalogObject


@dataclass(frozen=True, slots=True)
class TextSearchTemplate(CatalogObject):
    """A text search template.

    https://www.postgresql.org/docs/current/catalog-pg-ts-template.html

    Attributes:
        init, lexize: identities of its functions.
    """

    KIND: ClassVar[str] = "text search template"

    init: str | None
    lexize: str
    comment: str | None
