"""Conversions between encodings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from auditor.model import CatalogObject


@dataclass(frozen=True, slots=True)
class Conversion(CatalogObject):
    """A conversion between two encodings.

    https://www.postgresql.org/docs/current/catalog-pg-conversion.html

    Attributes:
        source, target: names of encodings.
        function: identity of the function that does it.
        default: whether it is the one for these encodings in its schema.
    """

    KIND: ClassVar[str] = "conversion"

    source: str
    target: str
    function: str
    default: bool
    owner: str
    comment: str | None
