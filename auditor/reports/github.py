"""Annotations on the lines of a pull request, as workflow commands.

https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions
"""

from __future__ import annotations

from auditor.model import Finding, Report, Severity
from auditor.reports.page import counted
from auditor.reports.places import place_of
from auditor.reports.view import View

MOST_OF_A_LEVEL = 10
"""Annotations of one level that GitHub shows of one step; it drops the others without a word."""

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


def render(report: Report, view: View = View()) -> str:  # noqa: B008 - a frozen value
    """At most ten of each level, the worst first; then how many are not shown, and the verdict."""
    lines = []
    for severity, command in _COMMANDS.items():
        found = [finding for finding in report.findings if finding.severity is severity]
        # What could not be checked takes the place of an error: it must not be the one that is not shown.
        room = MOST_OF_A_LEVEL - (len(report.could_not_check[:1]) if severity is Severity.ERROR else 0)
        lines += [_annotation(command, finding, view) for finding in found[:room]]
        if len(found) > room:
            lines.append(f"{counted(len(found) - room, f'more {severity.value}')} without annotation")
    if report.could_not_check:
        lines.append(f"::error title=could not check::{_data('; '.join(report.could_not_check))}")
    lines.append(f"auditor {report.command}: {report.result(view.fail_on)}")
    return "".join(f"{_inert(line)}\n" for line in lines)


# Private


def _annotation(command: str, finding: Finding, view: View) -> str:
    place = place_of(finding, view)
    properties = {"title": f"{finding.code} {finding.name}"}
    if place is not None:
        properties = {"file": place.file, "line": str(place.line), "col": str(place.column)} | properties
    told = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    message = f"{finding.message}\n{finding.help}" if finding.help else finding.message
    return f"::{command} {told}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _inert(line: str) -> str:
    """Without what ends a line somewhere else than at a line feed."""
    return line.encode("utf-8", "backslashreplace").decode().replace("\u2028", " ").replace("\x85", " ")
