"""Enums, composite types, domains, ranges and base types."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from auditor.model import CatalogObject


@dataclass(frozen=True, slots=True)
class Type(CatalogObject):
    """A type that was created as such; array, multirange and table row types follow from others.

    All forms are one kind for PostgreSQL, a domain too. Fields that a form does not have are None or empty.

    https://www.postgresql.org/docs/current/catalog-pg-type.html

    Attributes:
        form: `enum`, `composite`, `domain`, `range`, `base`, or `shell`: announced and not made.
        labels: of an enum, in order.
        attributes: of a composite type, `name type COLLATE collation`, in order.
        attribute_comments: `name: text`, in order of attributes.
        base_type: of a domain, with modifier.
        not_null, default: of a domain, `default` of a base type too; the checks of a domain are of the kind
            `domain constraint`.
        collation: of a domain or range, where it is not the base type's own.
        subtype, subtype_operator_class, canonical_function, subtype_difference_function, multirange: of a range.
        options: of a base type, as CREATE TYPE takes them: `INPUT = app.in`, in one order.
    """

    KIND: ClassVar[str] = "type"

    form: str
    owner: str
    labels: list[str]
    attributes: list[str]
    attribute_comments: list[str]
    base_type: str | None
    not_null: bool
    default: str | None
    collation: str | None
    subtype: str | None
    subtype_operator_class: str | None
    canonical_function: str | None
    subtype_difference_function: str | None
    multirange: str | None
    options: list[str]
    privileges: list[str]
    comment: str | None
