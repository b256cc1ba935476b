"""Text search parsers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from auditor.model import CatalogObject


@dataclass(frozen=True, slots=True)
class TextSearchParser(CatalogObject):
    """A text search parser.

    https://www.postgresql.org/docs/current/catalog-pg-ts-parser.html

    Attributes:
        start, token, end, headline, lextypes: identities of its functions.
    """

    KIND: ClassVar[str] = "text search parser"

    start: str
    token: str
    end: str
    headline: str | None
    lextypes: str
    comment: str | None
