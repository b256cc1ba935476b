"""Operator classes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from auditor.model import CatalogObject, ObjectId


@dataclass(frozen=True, slots=True)
class OperatorClass(CatalogObject):
    """An operator class.

    https://www.postgresql.org/docs/current/catalog-pg-opclass.html

    Attributes:
        method: the access method.
        family: identity of the family: `app.mood_ops USING btree`.
        type: the type it is for.
        default: whether it is that type's default.
        storage: the type that is stored, where it is another.
        members: its operators and functions, as CREATE OPERATOR CLASS takes them; sorted.
    """

    KIND: ClassVar[str] = "operator class"

    method: str
    family: str
    type: str
    default: bool
    storage: str | None
    members: list[str]
    owner: str
    comment: str | None

    @property
    def parent(self) -> ObjectId:
        """The family: it is dropped along with it."""
        return ObjectId("operator family", self.family)
