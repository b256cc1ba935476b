"""GitLab's code quality report: https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format"""

from __future__ import annotations

import json
from typing import Any

from auditor.model import Finding, OwnerClass, Report, Severity
from auditor.reports.places import numbered, place_of
from auditor.reports.view import View


def render(report: Report, view: View = View()) -> str:  # noqa: B008 - a frozen value
    """An array with one element for each finding, and for each thing that could not be checked."""
    elements = [_element(finding, fingerprint, view) for finding, fingerprint in numbered(report.findings)]
    elements += [_unchecked(text, number, view) for number, text in enumerate(report.could_not_check)]
    return json.dumps(elements, indent=2) + "\n"


# Private


def _element(finding: Finding, fingerprint: str, view: View) -> dict[str, Any]:
    place = place_of(finding, view)
    return {
        "description": f"{finding.code}: {finding.message}",
        "check_name": finding.name,
        "fingerprint": fingerprint,
        "severity": _severity(finding),
        "location": {"path": place.file if place else ".", "lines": {"begin": place.line if place else 1}},
    }


def _unchecked(text: str, number: int, view: View) -> dict[str, Any]:
    return {
        "description": f"could not check: {text}",
        "check_name": "could-not-check",
        "fingerprint": f"could-not-check:{number}",
        "severity": "blocker",
        "location": {"path": view.prefix + (view.anchor or "."), "lines": {"begin": 1}},
    }


def _severity(finding: Finding) -> str:
    if finding.severity is Severity.ERROR:
        return "critical" if finding.owner_class is OwnerClass.CORE else "major"
    return "minor" if finding.severity is Severity.WARNING else "info"
