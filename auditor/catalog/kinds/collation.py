"""Collations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from auditor.model import CatalogObject


@dataclass(frozen=True, slots=True)
class Collation(CatalogObject):
    """A collation. The version of the library behind it is the machine's and is not read.

    https://www.postgresql.org/docs/current/catalog-pg-collation.html

    Attributes:
        provider: `libc`, `icu`, `builtin`, `default`.
        deterministic: False: texts that differ may be equal.
        collate, ctype: LC_COLLATE and LC_CTYPE, of libc.
        locale: of ICU or builtin.
        rules: of ICU (PostgreSQL 16).
        encoding: the only one it works with, or None.
    """

    KIND: ClassVar[str] = "collation"

    provider: str
    deterministic: bool
    collate: str | None
    ctype: str | None
    locale: str | None
    rules: str | None
    encoding: str | None
    owner: str
    comment: str | None
