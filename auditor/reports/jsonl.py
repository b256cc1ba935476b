"""One JSON object a line: what the command lists, or else its findings, in the report's order."""

from __future__ import annotations

import json

from auditor.model import Report
from auditor.reports.json import finding_values
from auditor.reports.view import View

LINES: dict[str, str] = {
    "effects": "effects",
    "classify": "migrations",
    "history": "objects",
}
"""Command -> the list in its data of which each element is a line; the others give findings."""


def render(report: Report, view: View = View()) -> str:  # noqa: ARG001, B008 - every renderer has this signature
    """The lines; empty when there is nothing to list."""
    listed = LINES.get(report.command)
    items = report.data[listed] if listed else [finding_values(finding) for finding in report.findings]
    return "".join(json.dumps(item) + "\n" for item in items)
