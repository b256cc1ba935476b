"""Guards as the page shows them, each with its verdict; and the lines of the files on which findings stand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from auditor.audits.guard import Guarded
from auditor.config import redact
from auditor.declaration.guards import Guard
from auditor.declaration.load import Configuration
from auditor.model import Finding, Location
from auditor.rules.guard import access_outside, forbidden_access

AFTER = 2
"""Lines after the one that is meant."""

LONGEST = 200
"""Characters of a line that are shown."""

_HEADING = re.compile(r"\s*(--|/\*|#|//|\"\"\"|$)")
"""A first line that says nothing about a finding that is about the whole file."""

LARGEST = 2_000_000
"""Bytes of a file from which lines are shown."""


def guards(
    configuration: Configuration, found: Guarded | None, findings: Iterable[Finding]
) -> list[dict[str, Any]]:
    """Each guard with its verdict: `kept`, `broken`, `counted` (known violations), `no-files` or
    `could-not-check`.

    Args:
        configuration: with the guards.
        found: what they found; None if they could not be asked.
        findings: of the whole report, those let pass taken out.
    """
    told = {
        (finding.code, str(finding.location), str(finding.object)): finding
        for finding in findings
        if finding.code in (forbidden_access.RULE.code, access_outside.RULE.code)
    }
    counts = {one["guard"]: one for one in found.outcome.data["guards"]} if found is not None else {}
    return [_guard(guard, counts.get(guard.key), list(_of(guard, found, told))) for guard in configuration.guards]


def lines_of(root: Path, places: Iterable[Location | None]) -> dict[str, list[dict[str, Any]]]:
    """Lines at places, by `FILE:LINE`; of files below the root alone, and without passwords."""
    top = root.resolve()
    found: dict[str, list[dict[str, Any]]] = {}
    for place in places:
        key = f"{place.file}:{place.line}" if place is not None and place.line else None
        if place is None or key is None or key in found:
            continue
        lines = _lines(top, place.file)
        if not 0 < place.line <= len(lines) or (place.line == 1 and _HEADING.match(lines[0])):
            continue
        found[key] = [
            {"number": number, "text": redact(text[:LONGEST].rstrip()), "meant": number == place.line}
            for number, text in enumerate(lines[place.line - 1 : place.line + AFTER], start=place.line)
        ]
    return found


# Private


def _guard(guard: Guard, counts: dict[str, Any] | None, violations: list[dict[str, Any]]) -> dict[str, Any]:
    values = {
        "guard": guard.key,
        "mode": guard.mode or "strict",
        "reason": str(guard.reason) if guard.reason else None,
        "except": [str(one) for one in guard.excluded],
        "places": violations,
    }
    if counts is None:
        return values | {"state": "could-not-check", "files": 0, "not_understood": 0, "allowed": 0}
    open_ = [one for one in violations if one["fingerprint"] is not None]
    if any(one["severity"] == "error" for one in open_):
        state = "broken"
    elif open_:
        state = "counted"
    else:
        state = "kept" if counts["files"] else "no-files"
    return values | {
        "state": state,
        "files": counts["files"],
        "not_understood": counts["not_understood"],
        "allowed": len(violations) - len(open_),
    }


def _of(
    guard: Guard, found: Guarded | None, told: dict[tuple[str, str, str], Finding]
) -> Iterator[dict[str, Any]]:
    """Its violations; those without a fingerprint are let pass by `allow:` or by a comment."""
    code = (forbidden_access if guard.forbid is not None else access_outside).RULE.code
    for one in found.violations if found is not None else ():
        if one.guard is guard:
            finding = told.get((code, str(one.location), str(one.object)))
            yield {
                "file": one.file,
                "line": one.access.line,
                "column": one.access.column,
                "does": f"{one.access.action} {one.object}",
                "within": one.access.within or None,
                "severity": finding.severity.value if finding is not None else None,
                "fingerprint": finding.fingerprint if finding is not None else None,
            }


@cache
def _lines(root: Path, file: str) -> list[str]:
    try:
        path = (root / file).resolve()
        if not path.is_relative_to(root) or not path.is_file() or path.stat().st_size > LARGEST:
            return []
        return path.read_text("utf-8", errors="replace").split("\n")
    except (OSError, ValueError):
        return []
