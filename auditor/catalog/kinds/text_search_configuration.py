"""Text search configurations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from auditor.model import CatalogObject


@dataclass(frozen=True, slots=True)
class TextSearchConfiguration(CatalogObject):
    """A text search configuration.

    https://www.postgresql.org/docs/current/catalog-pg-ts-config.html

    Attributes:
        parser: identity of the parser.
        mappings: for each type of token the dictionaries, in order: `asciiword: app.synonyms, english_stem`;
            sorted.
    """

    KIND: ClassVar[str] = "text search configuration"

    parser: str
    mappings: list[str]
    owner: str
    comment: str | None
