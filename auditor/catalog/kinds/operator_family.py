"""Operator families."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from auditor.model import CatalogObject


@dataclass(frozen=True, slots=True)
class OperatorFamily(CatalogObject):
    """An operator family, with what is in it beside its operator classes.

    https://www.postgresql.org/docs/current/catalog-pg-opfamily.html

    Attributes:
        method: the access method.
        members: what belongs to the family and to no class, as ALTER OPERATOR FAMILY ... ADD takes it:
            `OPERATOR 1 app.<(app.mood,integer)`, `FUNCTION 1 (app.mood, integer) app.compare(app.mood,integer)`;
            sorted.
    """

    KIND: ClassVar[str] = "operator family"

    method: str
    members: list[str]
    owner: str
    comment: str | None
