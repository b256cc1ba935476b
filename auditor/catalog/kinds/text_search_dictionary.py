"""Text search dictionaries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from auditor.model import CatalogObject


@dataclass(frozen=True, slots=True)
class TextSearchDictionary(CatalogObject):
    """A text search dictionary. The files that it names lie on the server and are not read.

    https://www.postgresql.org/docs/current/catalog-pg-ts-dict.html

    Attributes:
        template: identity of the template.
        options: as CREATE TEXT SEARCH DICTIONARY takes them: `stopwords = 'english'`.
    """

    KIND: ClassVar[str] = "text search dictionary"

    template: str
    options: str | None
    owner: str
    comment: str | None
