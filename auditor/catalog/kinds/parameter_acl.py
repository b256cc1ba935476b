"""Privileges on configuration parameters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from auditor.model import CatalogObject


@dataclass(frozen=True, slots=True)
class ParameterAcl(CatalogObject):
    """GRANT SET or ALTER SYSTEM ON PARAMETER.

    https://www.postgresql.org/docs/current/catalog-pg-parameter-acl.html
    """

    KIND: ClassVar[str] = "parameter ACL"

    privileges: list[str]
