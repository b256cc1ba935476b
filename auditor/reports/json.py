"""One JSON document, `"version": 1`; fields may be added, none changes its meaning while that number stays."""

from __future__ import annotations

import json
from typing import Any

from auditor import __version__
from auditor.model import Finding, Report
from auditor.reports.view import View

VERSION = 1

DOCUMENT = "document"
"""The key under which a command's data holds JSON text that is a file in its own right and read back later (a
snapshot, a schema): nothing is put around it.
"""


def render(report: Report, view: View = View()) -> str:  # noqa: B008 - a frozen value
    """The report as indented JSON, pure ASCII, so that no terminal or code page can be surprised by it."""
    if DOCUMENT in report.data:
        return str(report.data[DOCUMENT])
    return json.dumps(_values(report, view), indent=2) + "\n"


def finding_values(finding: Finding) -> dict[str, Any]:
    """A finding as a dict; what it does not have is null, not left out."""
    place, origin = finding.location, finding.provenance
    return {
        "code": finding.code,
        "name": finding.name,
        "severity": finding.severity.value,
        "class": finding.owner_class.value if finding.owner_class else None,
        "kind": finding.object.kind if finding.object else None,
        "identity": finding.object.identity if finding.object else None,
        "field": finding.field,
        "expected": finding.expected,
        "actual": finding.actual,
        "diff": finding.diff,
        "message": finding.message,
        "help": finding.help,
        "repair": finding.repair,
        "location": {"file": place.file, "line": place.line, "column": place.column} if place else None,
        "provenance": {
            "defined_in": origin.defined_in,
            "live_matches": origin.live_matches,
            "written_by": origin.written_by,
        }
        if origin
        else None,
        "fingerprint": finding.fingerprint,
    }


# Private


def _values(report: Report, view: View) -> dict[str, Any]:
    return {
        "version": VERSION,
        "tool": {"name": "auditor", "version": __version__},
        "command": report.command,
        "result": report.result(view.fail_on),
        "checked": report.checked,
        "not_understood": report.not_understood,
        "allowed": report.allowed,
        "not_checked": list(report.not_checked),
        "could_not_check": list(report.could_not_check),
        "notes": list(report.notes),
        "findings": [finding_values(finding) for finding in report.findings],
        **report.data,
    }
