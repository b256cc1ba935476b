"""SARIF 2.1.0, for code scanning: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html

What could not be checked is a notification of the invocation, which then was not successful.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from auditor import __version__
from auditor.model import Finding, Report
from auditor.reports.places import numbered, place_of
from auditor.reports.view import View
from auditor.rules import BY_CODE

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

MOST_RESULTS = 5_000
"""Results of one run that GitHub keeps; the worst come first, and how many are left out is said."""


def render(report: Report, view: View = View()) -> str:  # noqa: B008 - a frozen value
    """One run."""
    shown = report.findings[:MOST_RESULTS]
    rules = _rules(shown)
    index = {rule["id"]: number for number, rule in enumerate(rules)}
    run = {
        "tool": {
            "driver": {
                "name": "auditor",
                "semanticVersion": __version__,
                "rules": rules,
            }
        },
        "automationDetails": {"id": f"auditor/{report.command}/"},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(report, len(report.findings) - len(shown))],
        "results": [
            _result(finding, fingerprint, index[finding.code], view) for finding, fingerprint in numbered(shown)
        ],
        "properties": {
            "result": report.result(view.fail_on),
            "checked": report.checked,
            "not_understood": report.not_understood,
            "allowed": report.allowed,
        },
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


# Private


def _rules(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """A descriptor for each code that was found, with its page as help."""
    first: dict[str, Finding] = {}
    for finding in findings:
        first.setdefault(finding.code, finding)
    return [_rule(finding) for _, finding in sorted(first.items())]


def _rule(finding: Finding) -> dict[str, Any]:
    rule = BY_CODE.get(finding.code)
    page = inspect.cleandoc(rule.page or "") if rule else finding.help or finding.message
    severity = rule.severity if rule else finding.severity
    return {
        "id": finding.code,
        "name": finding.name,
        "shortDescription": {"text": rule.summary if rule else finding.name},
        "fullDescription": {"text": page},
        "help": {"text": page, "markdown": page},
        "defaultConfiguration": {"level": severity.value},
    }


def _result(finding: Finding, fingerprint: str, rule: int, view: View) -> dict[str, Any]:
    place = place_of(finding, view)
    location: dict[str, Any] = {}
    if place is not None:
        location["physicalLocation"] = {
            "artifactLocation": {"uri": _uri(place.file)},
            "region": {"startLine": place.line, "startColumn": place.column},
        }
    if finding.object is not None:
        location["logicalLocations"] = [
            {"fullyQualifiedName": finding.object.identity, "kind": finding.object.kind}
        ]
    properties = {
        "class": finding.owner_class.value if finding.owner_class else None,
        "field": finding.field,
        "expected": finding.expected,
        "actual": finding.actual,
        "repair": finding.repair,
    }
    return {
        "ruleId": finding.code,
        "ruleIndex": rule,
        "level": finding.severity.value,
        "message": {"text": _message(finding)},
        "locations": [location] if location else [],
        # The key is the one that GitHub compares from run to run.
        "partialFingerprints": {"primaryLocationLineHash": fingerprint, "auditor/v1": finding.fingerprint},
        "properties": {name: value for name, value in properties.items() if value is not None},
    }


def _uri(file: str) -> str:
    """A path as a URI reference (https://www.rfc-editor.org/rfc/rfc3986): relative, or with `file:`."""
    try:
        data = file.encode("utf-8", "surrogateescape")  # the bytes of the file's name
    except UnicodeEncodeError:
        data = file.encode("utf-8", "surrogatepass")  # no file has such a name
    path = quote(data)
    return f"file://{path}" if file.startswith("/") else path


def _message(finding: Finding) -> str:
    return f"{finding.message}\n{finding.help}" if finding.help else finding.message


def _invocation(report: Report, left_out: int) -> dict[str, Any]:
    told = [("error", text) for text in report.could_not_check]
    told += [("note", f"not checked: {text}") for text in report.not_checked]
    if left_out:
        told.append(("warning", f"{left_out} more findings are left out; --format json has them all"))
    return {
        "executionSuccessful": not report.could_not_check,
        "toolExecutionNotifications": [{"level": level, "message": {"text": text}} for level, text in told],
    }
