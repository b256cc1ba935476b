"""What the page's template is filled with, but for findings and objects: plain values, ready to be shown."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from auditor.model import Report
from auditor.reports.html_anchors import Anchors
from auditor.reports.html_findings import Findings
from auditor.reports.page import counted
from auditor.reports.view import View

Values = Mapping[str, Any]

REASONS = 3
"""Objects that are named for the class of a migration."""

MARKS = {"kept": "✓", "broken": "✗", "could-not-check": "?"}

_VERDICTS = {
    "kept": ("Kept", "Nothing that was looked at is broken."),
    "broken": ("Broken", "What the contract or a rule asks for does not hold."),
    "could-not-check": ("Could not check", "A part of what was asked has no answer, so this is no verdict."),
}

_FIGURES = {
    "gap": "Gap",
    "backlog": "Backlog",
    "backlog_age": "Age of the backlog",
    "dead": "Dead",
    "stale": "Stale",
    "retries": "Retries",
    "failed_runs": "Runs with errors",
    "outside": "Past the gateway",
    "without_event": "Without event",
}

JOB_STATES = ("waiting", "running", "done", "dead", "unknown")


def hero(report: Report, view: View) -> dict[str, Any]:
    """The top of the page."""
    name = report.result(view.fail_on)
    title, told = _VERDICTS[name]
    data = report.data
    return {
        "name": name,
        "mark": MARKS[name],
        "title": title,
        "told": f"{told} {_wrong(report)}".strip() if name == "could-not-check" else told,
        "project": data.get("project", ""),
        "generated": data.get("generated", ""),
        "database": data.get("database") or _no_database(data),
        "unchecked": [one["area"].lower() for one in data.get("coverage", ()) if one["state"] == "not-checked"],
    }


def tiles(report: Report, found: Findings) -> Iterator[dict[str, Any]]:
    """One for each section: id, name, figure, what is behind it, state."""
    data, worst = report.data, Counter(finding.severity.value for finding in report.findings)
    named = [counted(worst[name], name) for name in ("error", "warning", "note") if worst[name]]
    state = "bad" if worst["error"] else "doubt" if worst["warning"] else "good"
    yield _tile("findings", "Findings", len(report.findings), ", ".join(named) or "nothing is wrong", state)
    drift = data.get("drift")
    if drift is not None:
        objects = len(found.drifted())
        told = "core object differs" if objects == 1 else "core objects differ"
        yield _part("drift", "Drift", drift, objects, told if objects else "live as it should be")
    if (data.get("map") or {}).get("nodes"):
        yield _tile("map", "Map", len(data["map"]["nodes"]), "parts of the core at work", "plain")
    pipeline = data.get("pipeline")
    if pipeline is not None:
        over = sum(1 for one in pipeline.get("figures", {}).values() if one["exceeded"])
        unread = sum(1 for one in pipeline.get("figures", {}).values() if one["value"] is None)
        told = "above their thresholds" if over else "above thresholds"
        told += f"; {unread} could not be read" if unread else ""
        yield _part("pipeline", "Live flow", pipeline, over, told, doubt=bool(unread))
    if data.get("guards"):
        states = Counter(one["state"] for one in data["guards"])
        yield _guards_tile(states, len(data["guards"]))
    summary = ", ".join(f"{count} {name}" for name, count in data.get("summary", {}).items() if count)
    yield _tile("history", "History", len(data.get("migrations", ())), summary or "migrations", "plain")
    yield _objects_tile(data.get("objects", ()), live=bool(data.get("database")))


def migrations(found: Iterable[Values], anchors: Anchors) -> list[dict[str, Any]]:
    """Each migration with its anchor and the objects that give it its class."""
    made = [_migration(values, anchors) for values in found]
    anchors.migrations = [(one, one["anchor"]) for one in made]
    return made


def flow(pipeline: Values | None) -> dict[str, Any] | None:
    """The live flow: figures with their verdicts, jobs as types by states."""
    if pipeline is None or pipeline["state"] != "checked":
        return dict(pipeline) if pipeline is not None else None
    return {
        **pipeline,
        "rows": [_figure(name, one) for name, one in pipeline["figures"].items()],
        "table": list(_jobs(pipeline["jobs"])),
        "states": [one for one in JOB_STATES if any(job["state"] == one for job in pipeline["jobs"])],
    }


def guards(found: Iterable[Values], findings: Findings) -> list[dict[str, Any]]:
    """Each guard with its verdict in words and its violations on their lines."""
    return [_guard(one, findings) for one in found]


# Private


def _wrong(report: Report) -> str:
    """What is wrong all the same, where there is no verdict."""
    count = sum(1 for finding in report.findings if finding.severity.value == "error")
    return (
        f"In what was looked at there {'are' if count > 1 else 'is'} {counted(count, 'error')}." if count else ""
    )


def _no_database(data: Values) -> str:
    asked = (data.get("drift") or {}).get("state") == "could-not-check"
    return "the database could not be read" if asked else "no database"


def _tile(id_: str, name: str, figure: int | str, told: str, state: str) -> dict[str, Any]:
    return {"id": id_, "name": name, "figure": figure, "told": told, "state": state}


def _part(id_: str, name: str, part: Values, wrong: int, told: str, *, doubt: bool = False) -> dict[str, Any]:
    """A part that may not have been looked at, which is never told as if all were well."""
    if part["state"] == "not-checked":
        return _tile(id_, name, "-", "not checked", "unknown")
    if part["state"] == "could-not-check":
        return _tile(id_, name, "?", "could not be checked", "unknown")
    return _tile(id_, name, wrong, told, "bad" if wrong else "doubt" if doubt else "good")


def _guards_tile(states: Counter[str], count: int) -> dict[str, Any]:
    if states["could-not-check"]:
        return _tile("guards", "Guards", "?", "could not be checked", "unknown")
    told = ["all kept" if states["kept"] == count else f"{states['kept']} kept"] if states["kept"] else []
    told += [f"{states['broken']} broken"] if states["broken"] else []
    told += [f"{states['counted']} with known violations"] if states["counted"] else []
    told += [f"{states['no-files']} without files"] if states["no-files"] else []
    state = "bad" if states["broken"] else "good" if states["kept"] == count else "doubt"
    return _tile("guards", "Guards", count, ", ".join(told), state)


def _objects_tile(objects: Iterable[Values], *, live: bool) -> dict[str, Any]:
    there = [one for one in objects if one["exists"] or not one["made"]]
    wrong = sum(
        1 for one in there if one["live"] and one["live"]["word"] in ("older", "altered", "missing", "extra")
    )
    if not live:
        return _tile("objects", "Core objects", len(there), "at the end of the history", "plain")
    told = (
        f"{wrong} not as the migrations make {'it' if wrong == 1 else 'them'}"
        if wrong
        else "live as they should be"
    )
    return _tile("objects", "Core objects", len(there), told, "bad" if wrong else "good")


def _migration(values: Values, anchors: Anchors) -> dict[str, Any]:
    reasons = [f"{one['kind']} {one['identity']}" for one in values["reasons"] or values["unowned"]]
    marks = [word for word in ("declared", "mixed") if values.get(word)]
    return {
        "migration": values["migration"],
        "name": _file_name(values["migration"], values["file"]),
        "file": values["file"],
        "class": values["class"],
        "anchor": anchors.take("m", values["migration"]),
        "shown": reasons[:REASONS],
        "more": max(len(reasons) - REASONS, 0),
        "marks": marks,
        "declared_reason": values.get("declared_reason"),
        "unknown": values["unknown"],
    }


def _file_name(migration: str, file: str) -> str:
    """The part of the path that says which migration it is, without its ending; the id where no part does."""
    parts = [part for part in reversed(file.split("/")) if migration in part]
    return parts[0].removesuffix(".py").removesuffix(".sql") if parts else migration


def _figure(name: str, one: Values) -> dict[str, Any]:
    value, limit = one["value"], one["threshold"]
    if value is None:
        state, verdict = "unknown", "could not be read"
    elif one["exceeded"]:
        state, verdict = "bad", "too much"
    elif limit is None:
        state, verdict = "plain", "no threshold"
    else:
        state, verdict = "good", "within"
    return {
        "name": _FIGURES.get(name, name),
        "told": one["told"].removeprefix("seconds ") if name == "backlog_age" else one["told"],
        "value": _amount(name, value),
        "limit": _amount(name, limit) if limit is not None else "",
        "state": state,
        "verdict": verdict,
        "example": one["example"],
    }


def _amount(name: str, value: float | None) -> str:
    if value is None:
        return "?"
    return duration(value) if name == "backlog_age" else f"{value:,.0f}"


def duration(seconds: float) -> str:
    """A time for people: its two largest parts.

    >>> duration(4228.4)
    '1 h 10 min'
    """
    left = int(seconds)
    parts: list[str] = []
    for name, size in (("d", 86_400), ("h", 3600), ("min", 60), ("s", 1)):
        number, left = divmod(left, size)
        if number or (name == "s" and not parts):
            parts.append(f"{number} {name}")
    return " ".join(parts[:2])


def _jobs(jobs: Iterable[Values]) -> Iterator[dict[str, Any]]:
    """Numbers of jobs, a row for each type."""
    seen: dict[str, Counter[str]] = defaultdict(Counter)
    for job in jobs:
        seen[str(job["type"])][job["state"]] += job["seen"]
    for name, states in sorted(seen.items()):
        yield {"type": name, "states": states, "all": states.total()}


def _guard(one: Values, findings: Findings) -> dict[str, Any]:
    verdicts = {
        "kept": ("good", "kept"),
        "broken": ("bad", "broken"),
        "counted": ("doubt", "known violations"),
        "no-files": ("unknown", "is about no file"),
        "could-not-check": ("unknown", "could not be checked"),
    }
    state, verdict = verdicts[one["state"]]
    places = [
        {
            **place,
            "anchor": findings.anchor(place["fingerprint"]),
            "source": findings.source(f"{place['file']}:{place['line']}"),
        }
        for place in one["places"]
    ]
    if one["not_understood"] and state == "good":
        state = "doubt"
    about = [counted(one["files"], "file")]
    about[0] += f", but for {', '.join(one['except'])}" if one["except"] else ""
    about += [f"mode {one['mode']}"] if one["mode"] != "strict" else []
    about += [f"{counted(unclear, 'access')} not understood"] if (unclear := one["not_understood"]) else []
    about += [f"{one['allowed']} let pass"] if one["allowed"] else []
    return {**one, "mark": state, "verdict": verdict, "places": places, "about": "; ".join(about)}
