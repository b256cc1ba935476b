"""Foreign tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from auditor.model import CatalogObject, ObjectId


@dataclass(frozen=True, slots=True)
class ForeignTable(CatalogObject):
    """A foreign table.

    https://www.postgresql.org/docs/current/catalog-pg-foreign-table.html

    Attributes:
        server: name of the foreign server.
        options: `name=value`, sorted; a value that may be a secret is `***`.
        partition_of, partition_bound: as of a table.
        inherits: identities of the parents, in order; none for a partition.
    """

    KIND: ClassVar[str] = "foreign table"

    owner: str
    server: str
    options: list[str]
    partition_of: str | None
    partition_bound: str | None
    inherits: list[str]
    privileges: list[str]
    comment: str | None

    @property
    def parent(self) -> ObjectId | None:
        """The table this one is a partition of: it is dropped along with it."""
        return ObjectId("table", self.partition_of) if self.partition_of else None
