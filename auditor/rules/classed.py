"""Severity follows class: what is an error in the core is a warning elsewhere, and a note in legacy objects."""

from __future__ import annotations

from auditor.model import OwnerClass, Severity


def by_class(severity: Severity, owner_class: OwnerClass | None) -> Severity:
    """The severity of a rule's finding about an object of a class.

    Args:
        severity: of the rule, which is that of a core object.
        owner_class: whose the object is.
    """
    if owner_class is OwnerClass.CORE:
        return severity
    if owner_class is OwnerClass.LEGACY:
        return Severity.NOTE
    return Severity.WARNING if severity is Severity.ERROR else Severity.NOTE
