"""Default privileges."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from auditor.model import CatalogObject


@dataclass(frozen=True, slots=True)
class DefaultAcl(CatalogObject):
    """What ALTER DEFAULT PRIVILEGES set for the objects that one role will create.

    https://www.postgresql.org/docs/current/catalog-pg-default-acl.html

    Attributes:
        role: the role that will create them; printed as `owner` in `privileges`.
        schema: where, or None for everywhere.
        on: `tables`, `sequences`, `functions`, `types`, `schemas`, `large objects`.
    """

    KIND: ClassVar[str] = "default acl"

    role: str
    schema: str | None
    on: str
    privileges: list[str]
