"""Procedural languages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from auditor.model import CatalogObject


@dataclass(frozen=True, slots=True)
class Language(CatalogObject):
    """A procedural language that no extension brought.

    https://www.postgresql.org/docs/current/catalog-pg-language.html

    Attributes:
        trusted: TRUSTED.
        handler, inline, validator: identities of functions.
    """

    KIND: ClassVar[str] = "language"

    trusted: bool
    handler: str
    inline: str | None
    validator: str | None
    owner: str
    privileges: list[str]
    comment: str | None
