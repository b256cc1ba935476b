"""Tablespaces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from auditor.model import CatalogObject


@dataclass(frozen=True, slots=True)
class Tablespace(CatalogObject):
    """A tablespace of the cluster, but for those that PostgreSQL is made with.

    https://www.postgresql.org/docs/current/catalog-pg-tablespace.html

    Attributes:
        location: directory on the server; the number of a tablespace within the data directory is left out.
        options: storage options, sorted.
    """

    KIND: ClassVar[str] = "tablespace"

    location: str
    options: list[str]
    owner: str
    privileges: list[str]
    comment: str | None
