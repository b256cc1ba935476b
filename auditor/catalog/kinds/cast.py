"""Casts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from auditor.model import CatalogObject


@dataclass(frozen=True, slots=True)
class Cast(CatalogObject):
    """A cast that was created as such; those of range types belong to the type.

    https://www.postgresql.org/docs/current/catalog-pg-cast.html

    Attributes:
        function: identity of the function that does it; None without one.
        method: `function`, `inout`, `binary`.
        context: `explicit`, `assignment`, `implicit`.
    """

    KIND: ClassVar[str] = "cast"

    function: str | None
    method: str
    context: str
    comment: str | None
