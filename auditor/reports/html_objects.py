"""Core objects as the page shows them: by kind, each with its life, its definitions and its live state."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from auditor.reports.forensics import entry_told, origin_told
from auditor.reports.html_anchors import Anchors, Room
from auditor.reports.html_findings import Findings
from auditor.reports.page import counted
from auditor.reports.sides import unified

Values = Mapping[str, Any]

ORDER = ("table", "trigger", "function", "procedure", "view", "materialized view", "index", "table constraint")
"""Kinds that are told first, in this order."""

WRONG = frozenset({"older", "altered", "missing", "extra"})
"""What a live object may be that is not as it should be."""


def objects(data: Values, anchors: Anchors, findings: Findings, room: Room) -> dict[str, Any]:
    """Objects by kind. Where there is not room for all lives, those of which there is most to tell have theirs.

    Args:
        data: of the report.
        anchors: of the page.
        findings: of the report.
        room: for lives, definitions and differences.

    Returns:
        `groups`; `lifeless`, the number of objects without their life.
    """
    listed, live = data.get("objects", ()), bool(data.get("database"))
    files = {one["migration"]: (one["file"], anchor) for one, anchor in anchors.migrations}
    told = {id(one) for one in sorted(listed, key=_interest)[: room.lives]}
    by_kind: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for one in listed:
        values = _object(one, anchors, findings, live=live)
        if id(one) in told:
            values |= _life(one, files, room, live=live)
        by_kind[one["kind"]].append(values)
    kinds = sorted(by_kind, key=lambda kind: (ORDER.index(kind) if kind in ORDER else len(ORDER), kind))
    groups = [
        {"title": counted(len(by_kind[kind]), kind), "count": len(by_kind[kind]), "items": by_kind[kind]}
        for kind in kinds
    ]
    return {"groups": groups, "lifeless": len(listed) - len(told)}


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
            return "plain", ""  # told with what it is a part of
    if matches is not None:
        return "unknown", f"live with the text of {matches}; more cannot be told: {now['unknown']}"
    return "unknown", f"is there; which version cannot be told: {now['unknown']}"


# Private


def _interest(one: Values) -> tuple[int, int, int]:
    """The least for that of which there is most to tell."""
    wrong = one["severity"] in ("error", "warning") or (one["live"] or {}).get("word") in WRONG
    return -wrong, -len(one["differences"]), ORDER.index(one["kind"]) if one["kind"] in ORDER else len(ORDER)


def _object(one: Values, anchors: Anchors, findings: Findings, *, live: bool) -> dict[str, Any]:
    """What is told of every object."""
    state, told = live_told(one, live=live)
    where = one["live"]
    return {
        "anchor": anchors.object(one["kind"], one["identity"]),
        "identity": one["identity"],
        "versions": _versions(one),
        "state": state,
        "told": told,
        "switched": [each["told"] for each in where["switched"]] if where and state == "good" else [],
        "wrong": one["severity"] in ("error", "warning") or state == "bad",
        "flag": one["severity"] if one["severity"] in ("error", "warning") else None,
        "findings": [anchor for each in one["findings"] if (anchor := findings.anchor(each)) is not None],
        "life": None,
    }


def _life(one: Values, files: Mapping[str, tuple[str, str]], room: Room, *, live: bool) -> dict[str, Any]:
    """What is told of an object when it is opened, the newest texts first where room is short."""
    newest, where = one["newest"], one["live"] or {}
    cut = 0
    if newest is not None and not room.take(newest["text"]):
        newest, cut = None, cut + 1
    differences = []
    for step in reversed(one["differences"]):
        if room.take(step["diff"]):
            differences.append({"title": step["title"], "diff": unified(step["diff"])})
        else:
            cut += 1
    diff = where.get("diff")
    return {
        "life": {
            "differs": where.get("differs", ()),
            "written": origin_told(where["transaction"]) if where.get("transaction") else None,
            "relation": where["transaction"]["relation"] if where.get("transaction") else None,
            "recorded": [entry_told(entry) for entry in where.get("recorded") or ()],
            "live_diff": unified(diff) if diff and room.take(diff) else None,
            "events": [_event(event, files) for event in one["events"]],
            "differences": differences,
            "newest": newest,
            "parts": [_along(part, live=live) for part in one["parts"]],
            "cut": counted(cut, "text") if cut else "",
        }
    }


def _event(event: Values, files: Mapping[str, tuple[str, str]]) -> dict[str, Any]:
    """What happened, with the line alone where the file is that of the migration."""
    file, anchor = files.get(event["migration"], ("", None))
    line = event["place"].removeprefix(f"{file}:").partition(":")[0] if file else ""
    return {
        "migration": event["migration"],
        "anchor": anchor,
        "what": event["what"],
        "place": f"line {line}" if line.isdigit() else event["place"],
    }


def _altered(one: Values) -> str:
    now = one["live"]
    off = [each["told"] for each in now["switched"] if not each["on"]]
    if off and [each["field"] for each in now["differs"]] in (["enabled"], ["valid"], ["validated"]):
        return f"live, but {', '.join(off)}"
    fields = [each["field"] for each in now["differs"]]
    other = f"other {', '.join(fields)}" if fields else ""
    if now["diff"]:
        return "live with a text that no migration wrote" + (f" and {other}" if other else "")
    return f"live with {other}" if other else "live, but not as the migrations make it"


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
