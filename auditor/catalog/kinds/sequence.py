"""Sequences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from auditor.model import CatalogObject, ObjectId


@dataclass(frozen=True, slots=True)
class Sequence(CatalogObject):
    """A sequence; where it stands (`last_value`) is data and is not read.

    https://www.postgresql.org/docs/current/catalog-pg-sequence.html

    Attributes:
        type: `smallint`, `integer`, `bigint`.
        start, increment, minimum, maximum, cache, cycle: as in CREATE SEQUENCE.
        owned_by: identity of the table column it serves, or None.
        persistence: `permanent` or `unlogged`.
    """

    KIND: ClassVar[str] = "sequence"

    owner: str
    type: str
    start: int
    increment: int
    minimum: int
    maximum: int
    cache: int
    cycle: bool
    owned_by: str | None
    persistence: str
    privileges: list[str]
    comment: str | None

    @property
    def parent(self) -> ObjectId | None:
        """The column that owns it."""
        return ObjectId("table column", self.owned_by) if self.owned_by else None
