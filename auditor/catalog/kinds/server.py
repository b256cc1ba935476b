"""Foreign servers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from auditor.model import CatalogObject, ObjectId


@dataclass(frozen=True, slots=True)
class Server(CatalogObject):
    """A foreign server.

    https://www.postgresql.org/docs/current/catalog-pg-foreign-server.html

    Attributes:
        wrapper: name of the foreign-data wrapper.
        type, version: texts that the wrapper may use.
        options: `name=value`, sorted; a value that may be a secret is `***`.
    """

    KIND: ClassVar[str] = "server"

    wrapper: str
    type: str | None
    version: str | None
    options: list[str]
    owner: str
    privileges: list[str]
    comment: str | None

    @property
    def parent(self) -> ObjectId:
        """The foreign-data wrapper: it is dropped along with it."""
        return ObjectId("foreign-data wrapper", self.wrapper)
