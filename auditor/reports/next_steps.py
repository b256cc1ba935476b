"""What to type next: a reader who has met a finding should not have to look for the command."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

from auditor.model import Finding, Report

MOST = 3
"""Commands that are shown."""

LIVE = frozenset({"drift", "check", "weekly", "forensics alert", "gate"})
"""Commands that may have looked at a live database."""

_COMMANDS: dict[str, str] = {
    "CLS001": "auditor init",
    "FLO002": "auditor forensics kpi -v",
    "GRD006": "auditor guard --update-baseline",
    "RPL003": "auditor replay --keep-going",
}
"""By code, the command that mends it or tells more than its explanation does."""

_TRACE = re.compile("`(auditor forensics trace [^`]+)`")

_DEFINED = frozenset({"function", "procedure", "trigger", "view", "materialized view", "index", "policy", "rule"})
"""Kinds of which it is worth asking who defined them."""


def next_steps(report: Report, failing: list[Finding]) -> list[str]:
    """Commands, the most useful first.

    Args:
        report: what was found.
        failing: its findings that make the run fail.
    """
    return list(dict.fromkeys(_steps(report, failing)))[:MOST]


# Private


def _steps(report: Report, failing: list[Finding]) -> Iterator[str]:
    if not failing:
        return
    first = failing[0]
    yield f"auditor explain {first.code}"
    if report.command == "contract pin":
        yield "auditor contract pin"
    for finding in failing:
        item = finding.object
        if (
            report.command in LIVE
            and item is not None
            and item.kind in _DEFINED
            and _is_of_a_live_database(finding)
        ):
            yield f"auditor forensics blame {shlex.quote(str(item))}"
            break
    for finding in failing:
        traced = _TRACE.search(finding.help) if finding.code == "FLO001" else None
        if traced is not None:
            yield traced[1]
        if finding.code in _COMMANDS:
            yield _COMMANDS[finding.code]
    if report.command == "gate":
        yield "auditor weekly --day friday"


def _is_of_a_live_database(finding: Finding) -> bool:
    return finding.code.startswith(("DRF", "CON"))
