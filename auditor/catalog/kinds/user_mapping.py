"""User mappings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from auditor.model import CatalogObject, ObjectId


@dataclass(frozen=True, slots=True)
class UserMapping(CatalogObject):
    """That a role has a login on a foreign server.

    PostgreSQL shows the options to few roles, and they hold passwords: they are not read.

    https://www.postgresql.org/docs/current/view-pg-user-mappings.html

    Attributes:
        role: the role, or `public`.
        server: name of the foreign server.
    """

    KIND: ClassVar[str] = "user mapping"

    role: str
    server: str

    @property
    def parent(self) -> ObjectId:
        """The foreign server: it is dropped along with it."""
        return ObjectId("server", self.server)
