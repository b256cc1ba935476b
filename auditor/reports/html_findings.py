"""Findings as the page shows them: by rule, each on its line; and those of the live database by object."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from auditor.model import Finding, Report
from auditor.reports.html_anchors import Anchors, Room
from auditor.reports.json import finding_values
from auditor.reports.sides import sides, unified

MOST = {"error": 150, "warning": 100, "note": 40}
"""Findings that are shown of each severity; of the others it is told how many there are."""

MOST_OF_A_RULE = {"error": 60, "warning": 40, "note": 12}


class Findings:
    """All findings of a report, with their anchors.

    Args:
        report: the report.
        anchors: of the page; objects must have theirs.
        room: for differences and repairs.
    """

    def __init__(self, report: Report, anchors: Anchors, room: Room) -> None:
        self._report = report
        self._anchors = anchors
        self._room = room
        self._lines: Mapping[str, Any] = report.data.get("lines", {})
        self._drift = frozenset((report.data.get("drift") or {}).get("findings", ()))
        self._shown: set[str] = set()
        self._by_fingerprint: dict[str, str] = {}
        self._drift_anchors = self._anchors_of_drift()
        self.by_file: dict[str, dict[str, Any]] = {}
        for finding in report.findings:
            name = anchors.take("f", finding.code, finding.fingerprint[:8])
            self._by_fingerprint.setdefault(finding.fingerprint, name)
            self._count(finding, name)
        self.groups = self._groups()
        self.left_out = len(report.findings) - sum(len(group["items"]) for group in self.groups)

    def __len__(self) -> int:
        """All of them, those without room too."""
        return len(self._report.findings)

    def anchor(self, fingerprint: str | None) -> str | None:
        """Where a finding is told; None if it has no room."""
        found = self._by_fingerprint.get(fingerprint or "")
        return found if found in self._shown else None

    def source(self, place: str) -> list[dict[str, Any]] | None:
        """The lines around `FILE:LINE`, if they are known."""
        return self._lines.get(place)

    def flagged(self, migrations: Iterable[Mapping[str, Any]]) -> dict[str, tuple[str, int]]:
        """Anchors of migrations with findings that are more than notes: the worst severity, and the number."""
        found = {}
        for one in migrations:
            here = self.by_file.get(one["file"])
            if here is not None:
                found[one["anchor"]] = (here["severity"], here["count"])
        return found

    def drifted(self) -> list[dict[str, Any]]:
        """Objects about which the live database alone has findings, the worst first."""
        return self._drifted

    # Private

    @cached_property
    def _drifted(self) -> list[dict[str, Any]]:
        by_object: dict[str, list[Finding]] = defaultdict(list)
        for finding in self._report.findings:
            if finding.fingerprint in self._drift:
                by_object[_about(finding)].append(finding)
        return [self._drifted_object(name, found) for name, found in by_object.items()]

    def _drifted_object(self, name: str, found: list[Finding]) -> dict[str, Any]:
        item = found[0].object
        values = [finding_values(finding) for finding in found]
        return {
            "anchor": self._drift_anchors[found[0].fingerprint],
            "name": name,
            "object": self._anchors.object(item.kind, item.identity) if item is not None else None,
            "severity": min(found, key=lambda one: one.severity.rank).severity.value,
            "class": values[0]["class"],
            "findings": [
                {
                    **one,
                    "anchor": self.anchor(one["fingerprint"]),
                    "sides": sides(one["diff"]) if one["diff"] and self._room.take(one["diff"] * 2) else None,
                    "cut": bool(one["diff"]) and self._room.left < len(one["diff"]),
                }
                for one in values
            ],
        }

    def _anchors_of_drift(self) -> dict[str, str]:
        """Fingerprint -> anchor of the object that the finding is about, one for each object."""
        names: dict[str, str] = {}
        found = {}
        for finding in self._report.findings:
            if finding.fingerprint in self._drift:
                about = _about(finding)
                names.setdefault(about, self._anchors.take("d", about) if about not in names else "")
                found[finding.fingerprint] = names[about]
        return found

    def _count(self, finding: Finding, anchor: str) -> None:
        if finding.location is None or finding.severity.value == "note":
            return
        here = self.by_file.setdefault(
            finding.location.file, {"severity": finding.severity.value, "count": 0, "anchor": anchor}
        )
        here["count"] += 1

    def _groups(self) -> list[dict[str, Any]]:
        """By severity and rule, the worst first, then those with the most."""
        by_rule: dict[tuple[str, str, str], list[tuple[Finding, str]]] = defaultdict(list)
        taken: set[str] = set()
        for finding in self._report.findings:
            name = self._by_fingerprint[finding.fingerprint]
            key = finding.severity.value, finding.code, finding.name
            by_rule[key].append((finding, name if name not in taken else self._anchors.take(name)))
            taken.add(name)
        left = dict(MOST)
        groups = []
        order = ("error", "warning", "note")
        for (severity, code, name), found in sorted(by_rule.items(), key=lambda one: order.index(one[0][0])):
            most = min(left[severity], MOST_OF_A_RULE[severity])
            left[severity] -= min(len(found), most)
            helps = {finding.help for finding, _ in found}
            items = [self._item(finding, anchor, alone=len(helps) > 1) for finding, anchor in found[:most]]
            groups.append(
                {
                    "severity": severity,
                    "code": code,
                    "name": name,
                    "count": len(found),
                    "help": helps.pop() if len(helps) == 1 else "",
                    "items": items,
                    "left_out": len(found) - len(items),
                }
            )
        return groups

    def _item(self, finding: Finding, anchor: str, *, alone: bool) -> dict[str, Any]:
        self._shown.add(anchor)
        values = finding_values(finding)
        place = finding.location
        drift = finding.fingerprint in self._drift
        diff = finding.diff if finding.diff and not drift and self._room.take(finding.diff) else None
        repair = finding.repair if finding.repair and not drift and self._room.take(finding.repair) else None
        return values | {
            "anchor": anchor,
            "object": self._anchors.object(values["kind"], values["identity"]),
            "place": str(place) if place is not None else None,
            "source": self.source(f"{place.file}:{place.line}") if place is not None else None,
            "diff": unified(diff) if diff else None,
            "cut": not drift and (bool(finding.diff and not diff) or bool(finding.repair and not repair)),
            "repair": repair or (finding.repair if drift else None),
            "drift": self._drift_anchors.get(finding.fingerprint),
            "help": values["help"] if alone else "",
        }


def _about(finding: Finding) -> str:
    return str(finding.object or finding.location or finding.message)
