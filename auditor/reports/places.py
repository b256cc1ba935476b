"""Where a platform shows a finding: a file of the repository and a line in it, or nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

from auditor.model import Finding, Location
from auditor.reports.view import View


def place_of(finding: Finding, view: View) -> Location | None:
    """The place of a finding, its file relative to the repository's root.

    What is wrong in a live database stands in no file; code scanning shows nothing without one
    (https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning),
    so it is shown at the configuration that declares the object.

    Returns:
        None when there is neither a place nor a configuration.
    """
    place = finding.location or (Location(view.anchor, 1, 1) if view.anchor else None)
    if place is None:
        return None
    file = place.file if place.file.startswith("/") else view.prefix + place.file
    return replace(place, file=file, line=max(place.line, 1), column=max(place.column, 1))


def numbered(findings: Iterable[Finding]) -> Iterator[tuple[Finding, str]]:
    """Each finding with a text that no other one of the report has, and that outlives moved lines.

    That is its fingerprint, and for the second and later ones of the same fingerprint their number.
    """
    met: Counter[str] = Counter()
    for finding in findings:
        met[finding.fingerprint] += 1
        number = met[finding.fingerprint]
        yield finding, finding.fingerprint if number == 1 else f"{finding.fingerprint}:{number}"
