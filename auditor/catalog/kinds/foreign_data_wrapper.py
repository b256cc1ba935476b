"""Foreign-data wrappers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from auditor.model import CatalogObject


@dataclass(frozen=True, slots=True)
class ForeignDataWrapper(CatalogObject):
    """A foreign-data wrapper.

    https://www.postgresql.org/docs/current/catalog-pg-foreign-data-wrapper.html

    Attributes:
        handler, validator: identities of functions.
        options: `name=value`, sorted; a value that may be a secret is `***`.
    """

    KIND: ClassVar[str] = "foreign-data wrapper"

    handler: str | None
    validator: str | None
    options: list[str]
    owner: str
    privileges: list[str]
    comment: str | None
