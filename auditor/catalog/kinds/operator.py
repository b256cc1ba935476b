"""Operators."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from auditor.model import CatalogObject


@dataclass(frozen=True, slots=True)
class Operator(CatalogObject):
    """An operator.

    https://www.postgresql.org/docs/current/catalog-pg-operator.html

    Attributes:
        function: identity of the function behind it.
        result: type of what it yields.
        commutator, negator: identities of operators.
        restrict, join: identities of the selectivity estimators.
        hashes, merges: HASHES, MERGES.
    """

    KIND: ClassVar[str] = "operator"

    function: str
    result: str
    commutator: str | None
    negator: str | None
    restrict: str | None
    join: str | None
    hashes: bool
    merges: bool
    owner: str
    comment: str | None
