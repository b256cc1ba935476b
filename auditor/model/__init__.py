"""The words of the program as plain, frozen values; imports nothing of the rest."""

from auditor.model.effect import ROW_ACTIONS, Action, Certainty, Effect, Parser
from auditor.model.finding import Finding, OwnerClass, Provenance, Report, Result, Severity
from auditor.model.identity import Location, ObjectId
from auditor.model.migration import Migration, Statement
from auditor.model.snapshot import CatalogObject, Comparison, Snapshot

__all__ = [
    "ROW_ACTIONS",
    "Action",
    "CatalogObject",
    "Certainty",
    "Comparison",
    "Effect",
    "Finding",
    "Location",
    "Migration",
    "ObjectId",
    "OwnerClass",
    "Parser",
    "Provenance",
    "Report",
    "Result",
    "Severity",
    "Snapshot",
    "Statement",
]
