"""The database itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from auditor.model import CatalogObject


@dataclass(frozen=True, slots=True)
class Database(CatalogObject):
    """The database that is read.

    https://www.postgresql.org/docs/current/catalog-pg-database.html

    Attributes:
        encoding: name of the encoding.
        collate, ctype: LC_COLLATE and LC_CTYPE.
        provider: of its collation: `libc`, `icu`, `builtin`.
        locale: of ICU or builtin.
        tablespace: its default tablespace.
        connections: whether it takes any.
        connection_limit: -1 for none.
        template: IS_TEMPLATE.
        settings: ALTER DATABASE ... SET, as `name=value`; sorted. A value that may be a secret is `***`.
    """

    KIND: ClassVar[str] = "database"

    owner: str
    encoding: str
    collate: str
    ctype: str
    provider: str
    locale: str | None
    tablespace: str
    connections: bool
    connection_limit: int
    template: bool
    settings: list[str]
    privileges: list[str]
    comment: str | None
