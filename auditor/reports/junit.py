"""JUnit XML, which Jenkins, Azure, Buildkite and GitLab read.

A test case for each kind of thing that was looked at, for each finding and for each thing that was not looked
at: a finding at or above the fail level is a failure, one below it passes with its text as output, what could
not be checked is an error, what was not checked is skipped.
The elements are those of https://github.com/testmoapp/junitxml.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree as Xml

from auditor.model import Finding, Report
from auditor.reports.page import counted
from auditor.reports.text import finding_line
from auditor.reports.view import View


def render(report: Report, view: View = View()) -> str:  # noqa: B008 - a frozen value
    """One suite, named after the command."""
    failures = [finding for finding in report.findings if finding.severity.rank <= view.fail_on.rank]
    counts = {
        "tests": len(report.checked)
        + len(report.findings)
        + len(report.could_not_check)
        + len(report.not_checked),
        "failures": len(failures),
        "errors": len(report.could_not_check),
        "skipped": len(report.not_checked),
    }
    attributes = {name: str(count) for name, count in counts.items()}
    root = Xml.Element("testsuites", {"name": "auditor", **attributes})
    suite = Xml.SubElement(root, "testsuite", {"name": f"auditor {report.command}", **attributes})
    for kind, count in report.checked.items():
        _case(suite, "checked", counted(count, kind))
    for finding in report.findings:
        _finding(suite, finding, failed=finding.severity.rank <= view.fail_on.rank)
    for text in report.could_not_check:
        case = _case(suite, "could not check", text)
        Xml.SubElement(case, "error", {"message": _legal(text), "type": "could-not-check"})
    for text in report.not_checked:
        Xml.SubElement(_case(suite, "not checked", text), "skipped", {"message": _legal(text)})
    Xml.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + Xml.tostring(root, encoding="unicode") + "\n"


# Private


def _finding(suite: Xml.Element, finding: Finding, *, failed: bool) -> None:
    case = _case(
        suite, f"{finding.code} {finding.name}", str(finding.object or finding.location or finding.message)
    )
    if finding.location is not None:
        case.set("file", _legal(finding.location.file))
        case.set("line", str(finding.location.line))
    parts = [finding_line(finding), finding.help, finding.diff, finding.repair]
    told = _legal("\n".join(part for part in parts if part))
    if failed:
        attributes = {"message": _legal(finding.message), "type": finding.code}
        Xml.SubElement(case, "failure", attributes).text = told
    else:
        Xml.SubElement(case, "system-out").text = told


def _case(suite: Xml.Element, group: str, name: str) -> Xml.Element:
    return Xml.SubElement(suite, "testcase", {"classname": f"auditor.{_legal(group)}", "name": _legal(name)})


# https://www.w3.org/TR/xml/#charsets
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _legal(text: str) -> str:
    return _ILLEGAL.sub(lambda match: f"\\x{ord(match.group()):02x}", text)
