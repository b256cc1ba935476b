"""Core objects as the page shows them: by kind, each with its life, its definitions and its live state."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from auditor.reports.forensics import entry_told, origin_told
from auditor.reports.html_findings import Findings
from auditor.reports.html_parts import Anchors, Room
from auditor.reports.page import counted
from auditor.reports.sides import unified

Values = Mapping[str, Any]

ORDER = ("table", "trigger", "function", "procedure", "view", "materialized view", "index", "table constraint")
"""Kinds that are told first, in this order."""


def object_groups(
    objects: Iterable[Values], anchors: Anchors, findings: Findings, room: Room, *, live: bool
) -> list[dict[str, Any]]:
    """Objects by kind, the newest texts first where room is short.

    Args:
        objects: as the audit gathered them.
        anchors: of the page.
        findings: of the report.
        room: for definitions and differences.
        live: whether a database was read.
    """
    by_kind: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for one in objects:
        by_kind[one["kind"]].append(_object(one, anchors, findings, room, live=live))
    kinds = sorted(by_kind, key=lambda kind: (ORDER.index(kind) if kind in ORDER else len(ORDER), kind))
    return [
        {"title": counted(len(by_kind[kind]), kind), "count": len(by_kind[kind]), "items": by_kind[kind]}
        for kind in kinds
    ]


# Private


def _object(one: Values, anchors: Anchors, findings: Findings, room: Room, *, live: bool) -> dict[str, Any]:
    newest = one["newest"]
    cut = 0
    if newest is not None and not room.take(newest["text"]):
        newest, cut = None, cut + 1
    differences = []
    for step in reversed(one["differences"]):
        if room.take(step["diff"]):
            differences.append({"title": step["title"], "diff": unified(step["diff"])})
        else:
            cut += 1
    state, told = live_told(one, live=live)
    blame = f"auditor forensics blame '{one['kind']} {one['identity']}'"
    where = one["live"]
    return {
        "anchor": anchors.object(one["kind"], one["identity"]),
        "kind": one["kind"],
        "identity": one["identity"],
        "versions": _versions(one),
        "state": state,
        "told": told,
        "wrong": one["severity"] in ("error", "warning") or state == "bad",
        "flag": one["severity"] if one["severity"] in ("error", "warning") else None,
        "findings": [anchor for each in one["findings"] if (anchor := findings.anchor(each)) is not None],
        "switched": [each["told"] for each in where["switched"]] if where and state == "good" else [],
        "differs": where["differs"] if where else [],
        "written": origin_told(where["transaction"]) if where and where["transaction"] else None,
        "relation": where["transaction"]["relation"] if where and where["transaction"] else None,
        "recorded": [entry_told(entry) for entry in where["recorded"] or ()] if where else [],
        "live_diff": unified(where["diff"]) if where and where["diff"] and room.take(where["diff"]) else None,
        "events": one["events"],
        "definitions": one["definitions"],
        "differences": differences,
        "newest": newest,
        "parts": [_along(part, live=live) for part in one["parts"]],
        "cut": f"{counted(cut, 'text')} had no room here: {blame}" if cut else "",
    }


def live_told(one: Values, *, live: bool) -> tuple[str, str]:
    """A mark (`good`, `bad`, `unknown`, `plain`) and the live state in words."""
    now = one["live"]
    if not live or now is None:
        return "plain", "" if one.get("exists", True) else _dropped(one)
    newest, matches = now["newest"], now["matches"]
    match now["word"]:
        case "same":
            return "good", f"live as {newest} made it" if newest else "live as the migrations make it"
        case "older":
            return "bad", f"live is the version of {matches}; {newest} replaced it"
        case "altered":
            return "bad", _altered(one)
        case "missing":
            return "bad", f"missing; {newest} made it" if newest else "missing"
        case "extra":
            return "bad", f"live, though {one['last']} dropped it" if one[
                "made"
            ] else "live, though no migration made it"
        case "absent":
            return "plain", f"{_dropped(one)}, and not there"
        case "part":
            return "plain", "live as a part of another object"
    if matches is not None:
        return "unknown", f"live with the text of {matches}; more cannot be told: {now['unknown']}"
    return "unknown", f"is there; which version cannot be told: {now['unknown']}"


def _altered(one: Values) -> str:
    now = one["live"]
    off = [each["told"] for each in now["switched"] if not each["on"]]
    if off and [each["field"] for each in now["differs"]] in (["enabled"], ["valid"], ["validated"]):
        return f"live, but {', '.join(off)}"
    fields = [each["field"] for each in now["differs"]]
    differ = f"{', '.join(fields)} {'differ' if len(fields) > 1 else 'differs'}" if fields else ""
    if now["diff"]:
        return "live with a text that no migration wrote" + (f"; {differ}" if differ else "")
    return f"live, but {differ}" if differ else "live, but not as the migrations make it"


def _dropped(one: Values) -> str:
    return f"dropped by {one['last']}" if one.get("last") else "dropped"


def _versions(one: Values) -> str:
    """Since when it is as it is."""
    count = len(one["definitions"])
    if not one["made"]:
        return "no migration made it"
    if count > 1:
        return f"{count} definitions, the newest of {one['definitions'][-1]['migration']}"
    if count == 1:
        return f"defined by {one['definitions'][0]['migration']}"
    return f"last changed by {one['last']}" if one["last"] is not None else ""


def _along(part: Values, *, live: bool) -> dict[str, str]:
    state, told = live_told({**part, "made": True, "last": None}, live=live)
    return {"name": f"{part['kind']} {part['identity']}", "state": state, "told": told}
