"""Constraints of domains."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from auditor.model import CatalogObject, ObjectId


@dataclass(frozen=True, slots=True)
class DomainConstraint(CatalogObject):
    """A check of a domain; NOT NULL is a field of the domain.

    https://www.postgresql.org/docs/current/catalog-pg-constraint.html

    Attributes:
        domain: identity of the domain (kind `type`).
        expression: as `pg_get_expr()` prints it.
        validated: False after NOT VALID.
    """

    KIND: ClassVar[str] = "domain constraint"

    domain: str
    expression: str
    validated: bool
    comment: str | None

    @property
    def parent(self) -> ObjectId:
        """The domain."""
        return ObjectId("type", self.domain)
