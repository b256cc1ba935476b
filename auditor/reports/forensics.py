"""What the forensic commands list, as text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from auditor.reports.listings import ENABLED
from auditor.reports.page import Page, Span, Style, counted, wrapped
from auditor.reports.view import View

Data = dict[str, Any]
Listing = Callable[[Data, View, Page], None]

DIFF_LINES = 40
"""Lines of a difference that are shown without `-v`."""


def blame(data: Data, view: View, page: Page) -> None:
    """Objects, each with its definitions, what else was done to it, and what is live."""
    for item in data.get("objects", [data]):
        page.blank()
        _blamed(item, view, page)


def history(data: Data, view: View, page: Page) -> None:  # noqa: ARG001 - every listing has this signature
    """Migrations with what they did, and what is live otherwise."""
    for step in data["migrations"]:
        page.blank()
        page.line(("bold", step["migration"]), f"  {step['file']}")
        page.listed([_step(one) for one in step["effects"]], indent=2)
    if data["live"] is None:
        return
    page.blank()
    page.line(("bold", "live"), "" if data["live"] else "  everything is as the history says")
    for one in data["live"]:
        page.line("  ", ("red", _standing(one)), f"  {one['kind']} {one['identity']}")


def provenance(data: Data, view: View, page: Page) -> None:
    """Objects with where their newest row comes from, those of no migration first; then the ledger."""
    table, untold = _origins(data["objects"], MANY if view.verbosity < 1 else None)
    if table:
        page.table(table)
        page.blank()
    for told, number in untold.items():
        page.row("unknown", f"{number} objects: {told} (-v lists them)", indent=0, column=17, style="yellow")
    ledger = data["ledger"]
    tables = ", ".join(ledger["tables"]) or "none"
    rows = (
        f"{tables}: {counted(ledger['rows'], 'row')}, written by {counted(ledger['transactions'], 'transaction')}"
    )
    page.row("ledger", rows, indent=0, column=17)
    if ledger["doubt"]:
        page.row("", ledger["doubt"], indent=0, column=17, style="yellow")
    page.row("told", ", ".join(f"{n} {word}" for word, n in data["summary"].items() if n), indent=0, column=17)


def trace(data: Data, view: View, page: Page) -> None:  # noqa: ARG001
    """Events, each with its job and the runs; then where the flow stands."""
    page.line(("bold", f"entity {data['entity']}"))
    for step in data["events"]:
        page.blank()
        at: Span = ("dim", step["at"] or "no time")
        page.listed([(f"{step['place']:>3}", at, ("bold", str(step["type"])), step["requires"] or "")])
        if step["state"] in ("missing", "due"):
            told = "no such job: it is missing" if step["state"] == "missing" else "no such job yet"
            page.line(" " * 7, ("red" if step["state"] == "missing" else "yellow", told))
        for job in step["jobs"]:
            _job(job, page, step["job_after_seconds"])
    for job in data["jobs_without_event"]:
        page.blank()
        page.line("     ", ("red", "no event asked for this job"))
        _job(job, page, None)
    page.blank()
    _stopped(data, page)


def kpi(data: Data, view: View, page: Page) -> None:  # noqa: ARG001
    """Figures with their thresholds, jobs by type, and what stands behind the figures."""
    rows: list[tuple[Any, ...]] = []
    for name, one in data["figures"].items():
        value = "not read" if one["value"] is None else f"{one['value']:g}"
        limit = "" if one["threshold"] is None else f"at most {one['threshold']:g}"
        rows.append((("red" if one["exceeded"] else "plain", value), name, ("dim", limit)))
    page.table(rows)
    if data["jobs"]:
        page.blank()
        page.table([(str(j["type"]), str(j["status"]), ("dim", j["state"]), str(j["seen"])) for j in data["jobs"]])
    for gap in data["gaps"]:
        age = f" for {gap['age']:.0f} s" if gap["age"] is not None else ""
        page.row("gap", f"{gap['entity']}  {gap['event']} has had no {gap['job']}{age}", indent=0, style="red")
    for name in ("dead", "stale", "outside", "without_event"):
        for job in data[name]:
            told = f"job {job['id']} ({job['type']}) of {job['entity']}  {job['error'] or ''}"
            page.row(name, told, indent=0, column=15, style="red")
    for one in data["errors"]:
        page.row("error", f"{counted(one['runs'], 'run')}: {one['error']}", indent=0, style="yellow")
    if data["sources"]:
        page.row(
            "enqueued", ", ".join(f"{n} by {name or 'nobody'}" for name, n in data["sources"].items()), indent=0
        )


def recorder(data: Data, view: View, page: Page) -> None:
    """SQL as it is to be run, or entries, newest first."""
    if "sql" in data:
        for line in data["sql"].rstrip("\n").split("\n"):
            page.line(line)
        return
    for one in data["entries"]:
        role = one["session_role"] + (f" as {one['acting_role']}" * (one["acting_role"] != one["session_role"]))
        where = ", ".join(text for text in (one["application"], one["client"]) if text)
        page.line(
            ("dim", one["at"]),
            "  ",
            ("bold", f"{one['tag']}  {'dropped ' if one['dropped'] else ''}{one['kind']} {one['identity']}"),
        )
        page.line(f"    {role}", f" ({where})" if where else "", f", transaction {one['xid']}")
        statement = (one["statement"] or "").strip().split("\n")
        for line in statement if view.verbosity > 0 else statement[:3]:
            page.line("    ", ("dim", line))


def alert(data: Data, view: View, page: Page) -> None:  # noqa: ARG001
    """The figures in one line; what is wrong follows as findings."""
    if "figures" in data:
        told = (f"{name} {one['value']:g}" for name, one in data["figures"].items() if one["value"] is not None)
        page.row("flow", ", ".join(told), indent=0, column=17)


def gate(data: Data, view: View, page: Page) -> None:
    """Criteria, each met or not, with the figure."""
    state: tuple[Style, str] = ("green", "open") if data["open"] else ("red", "not open")
    page.line(("bold", f"phase {data['phase']}"), "  ", state)
    words: dict[bool | None, tuple[Style, str]] = {
        True: ("green", "met"),
        False: ("red", "not met"),
        None: ("yellow", "not told"),
    }
    for one in data["criteria"]:
        style, word = words[one["met"]]
        head = word.ljust(9)
        for piece in wrapped(one["title"], page.width - 11):
            page.line("  ", (style, head), piece)
            head = " " * 9
        page.row("", one["figure"], indent=2, column=9, style="dim")
        if one["details"] and (view.verbosity > 0 or one["met"] is not True):
            for line in one["details"]:
                page.row("", line, indent=2, column=9)


def weekly(data: Data, view: View, page: Page) -> None:
    """A heading for each day, and what it is about."""
    titles = {
        "monday": "Monday: does production keep the contract, and did the flow run?",
        "wednesday": "Wednesday: which core objects did no migration write last?",
        "friday": "Friday: what may open?",
    }
    for day, part in data["days"].items():
        page.blank()
        page.line(("bold", titles[day]))
        if day == "monday":
            if "figures" in part:
                kpi(part, view, page)
            page.line(counted(len(part["findings"]), "finding") if part["findings"] else "nothing is wrong")
        elif day == "wednesday":
            for one in part["out_of_band"]:
                named: Span = ("red", f"{one['kind']} {one['identity']}")
                page.listed([(named, origin_told(one["transaction"]))], indent=2)
            if part["doubt"]:
                page.prose(part["doubt"], 2, "yellow")
            if not part["out_of_band"]:
                page.line("  none" + (" that can be told" if part["doubt"] else ""))
        else:
            for phase in part["phases"]:
                page.blank()
                gate(phase, view, page)


LISTINGS: dict[str, Listing] = {
    "gate": gate,
    "weekly": weekly,
    "forensics alert": alert,
    "forensics recorder": recorder,
    "forensics kpi": kpi,
    "forensics trace": trace,
    "forensics blame": blame,
    "forensics history": history,
    "forensics provenance": provenance,
}
"""Command -> listing."""


def origin_told(one: Data) -> str:
    """Who wrote the newest row, and when."""
    match one["relation"]:
        case "migration":
            told = f"by the transaction of {one['migration']}"
        case "own":
            told = f"by {one['migration']}"
        case "between":
            after = f"after {one['after']}" if one["after"] else "before the first migration of the ledger"
            told = after + (f" and before {one['before']}" if one["after"] and one["before"] else "")
            told = f"by no migration, {told}"
        case _:
            told = "by whom cannot be told"
    if one["committed_at"]:
        told += f", at {one['committed_at']}"
    elif one["since"] and one["until"] and one["since"] != one["until"]:
        told += f", between {one['since']} and {one['until']}"
    elif one["since"]:
        told += f", after {one['since']}" if one["relation"] == "between" else f", at {one['since']}"
    elif one["until"]:
        told += f", before {one['until']}"
    return told + (f" ({one['reason']})" if one["reason"] else "")


def entry_told(one: Data) -> str:
    """An entry of the flight recorder on one line."""
    application = f" with {one['application']}" if one["application"] else ""
    client = f" from {one['client']}" if one["client"] else ""
    return f"{one['at']}: {one['tag']} by {one['session_role']}{application}{client}, transaction {one['xid']}"


# Private

MANY = 5
"""So many objects of which nothing is known, for one reason, are told as one line."""


def _origins(objects: list[Data], most: int | None) -> tuple[list[tuple[Any, ...]], dict[str, int]]:
    """Rows for objects, and how many more are unknown for which reason."""
    told = [(one, origin_told(one["transaction"]) + _shape(one) + _last_noted(one)) for one in objects]
    reasons = Counter(
        origin_told(one["transaction"]) for one in objects if one["transaction"]["relation"] == "unknown"
    )
    untold = {text: number for text, number in reasons.items() if most is not None and number > most}
    shown = [
        (one["transaction"]["relation"], f"{one['kind']} {one['identity']}", text)
        for one, text in told
        if one["transaction"]["relation"] != "unknown" or origin_told(one["transaction"]) not in untold
    ]
    shown.sort(key=lambda row: row[0] != "between")
    rows = [((_RELATION_STYLES.get(word, "plain"), word), ("bold", name), text) for word, name, text in shown]
    return rows, untold


def _step(one: Data) -> tuple[Span | str, ...]:
    to, how = f" to {one['to']}" if one.get("to") else "", _how(one)
    named = f"{one['kind']} {one['identity']}{to}"
    return ("dim", str(one["line"])), one["action"], named, ("dim", f"({how})" if how else "")


def _job(job: Data, page: Page, delay: float | None) -> None:
    # Within one transaction the event may have the later time of the two.
    after = f", {max(delay, 0):.3f} s after the event" if delay is not None else ""
    attempts = f", {job['attempts']} attempts" if job["attempts"] is not None and job["attempts"] > 1 else ""
    source = f", enqueued by {job['source']}" if job["source"] else ""
    named: Span = (_STATE_STYLES.get(job["state"], "yellow"), f"job {job['id']} {job['status']}  {job['type']}")
    page.listed([(named, f"{job['created'] or 'no time'}{after}{attempts}{source}")], indent=7)
    if not job["runs"]:
        page.line("         ", ("yellow", "never run"))
    for number, run in enumerate(job["runs"], start=1):
        took = f", {run['seconds']:.3f} s" if run["seconds"] is not None else ""
        style: Style = "red" if run["error"] else "plain"
        page.line("         ", (style, f"run {number} {run['status'] or ''}"), f"  {run['started'] or ''}{took}")
        if run["error"]:
            page.prose(run["error"], 11, "red")
    if job["error"] and not any(run["error"] == job["error"] for run in job["runs"]):
        page.prose(job["error"], 9, "red")


def _stopped(data: Data, page: Page) -> None:
    if data["where"] is None:
        events = data["events"]
        told = f"complete: {len(events)} events, every job done" if events else "no event"
        page.line(("green" if events else "yellow", told))
        return
    step = data["events"][data["where"] - 1]
    told = {
        "missing": f"nothing was enqueued: {step['type']} has no {step['requires']}",
        "due": f"{step['type']} waits for its {step['requires']}",
        "waiting": f"enqueued and not executed: {step['requires']} of {step['type']} waits",
        "running": f"{step['requires']} of {step['type']} is running",
        "dead": f"{step['requires']} of {step['type']} is dead",
        "unknown": f"the status of {step['requires']} of {step['type']} means nothing known",
        "no event": f"executed and no event: {step['requires']} was done, and no event came after {step['type']}",
    }[data["stopped"]]
    style: Style = "yellow" if data["stopped"] in ("due", "running") else "red"
    page.prose(f"stopped at event {step['place']}: {told}", 0, style)


_STATE_STYLES: dict[str, Style] = {"done": "green", "dead": "red", "running": "plain", "waiting": "yellow"}
_RELATION_STYLES: dict[str, Style] = {"between": "red", "unknown": "yellow"}
_RELATION_STYLES |= {"migration": "green", "own": "green"}


def _last_noted(one: Data) -> str:
    """What the flight recorder says of the very transaction, or nothing."""
    xid = one["transaction"]["xid"]
    found = next((entry for entry in one["recorded"] or () if entry["xid"] % 2**32 == xid), None)
    return f"; recorded {entry_told(found)}" if found is not None else ""


def _shape(one: Data) -> str:
    return {True: "; as the history says", False: "; not as the history says", None: ""}[one["as_history"]]


def _blamed(item: Data, view: View, page: Page) -> None:
    owner = f"  {item['class']}" if item["class"] else ""
    page.line(("bold", f"{item['kind']} {item['identity']}"), ("dim", owner))
    if item["class_entry"]:
        page.row("class", f"{item['class']}, by the entry `{item['class_entry']}`")
    for entry in item["contract"]:
        page.row("contract", f"{entry['section']}, {entry['file']}:{entry['line']}")
    for one in item["definitions"]:
        page.line(
            "  ",
            ("bold", one["migration"]),
            f"  {one['action']}  {one['file']}:{one['line']}",
            ("dim", f"  sha256:{one['sha256'][:12]}"),
        )
        if one["diff"]:
            _diff(one["diff"], view, page)
    others = [one for one in item["changes"] if one["action"] not in ("create", "replace") or one["no_op"]]
    others = others if item["definitions"] else item["changes"]
    for one in others:
        page.line(
            "  ", one["migration"], f"  {one['action']}  {one['file']}:{one['line']}", ("dim", _further(one))
        )
    if not item["changes"]:
        page.line("  ", ("yellow", "no migration ever made it"))
    if item["live"] is not None:
        _live(item, view, page)


def _live(item: Data, view: View, page: Page) -> None:
    live = item["live"]
    if live["exists"] is None:
        page.row("live", f"not told: {live['unknown']}", style="yellow")
    elif not live["exists"]:
        style: Style = "red" if item["exists"] else "plain"
        page.row("live", "is not there" + (f"; {live['newest']} makes it" if item["exists"] else ""), style=style)
    elif live["matches"] is not None and live["matches"] == live["newest"]:
        page.row("live", f"the version of {live['matches']}, the newest", style="green")
    elif live["matches"] is not None:
        page.row("live", f"the version of {live['matches']}; {live['newest']} replaced it", style="red")
    elif live["unknown"] is not None:
        page.row("live", f"is there; which version it is cannot be told: {live['unknown']}", style="yellow")
    else:
        page.row("live", "a version that no migration wrote", style="red")
    for one in live["differs"]:
        if one["field"] != "body":
            page.row("", f"{one['field']} is {one['actual']}; the history makes it {one['expected']}")
    if live["diff"]:
        _diff(live["diff"], view, page)
    if live["transaction"] is not None:
        style = _RELATION_STYLES.get(live["transaction"]["relation"], "plain")
        page.row("written", origin_told(live["transaction"]), style=style)
    for one in live.get("recorded") or ():
        page.row("recorded", entry_told(one))


def _diff(diff: str, view: View, page: Page) -> None:
    lines = diff.rstrip("\n").split("\n")
    shown = lines if view.verbosity > 0 else lines[:DIFF_LINES]
    for text in shown:
        style: Style = {"+": "green", "-": "red", "@": "cyan"}.get(text[:1], "plain")  # type: ignore[assignment]
        page.line("      ", (style, text))
    if len(shown) < len(lines):
        page.line("      ", ("dim", f"({len(lines) - len(shown)} more lines with -v)"))


def _further(one: Data) -> str:
    to, how = f" to {one['to']}" if one.get("to") else "", _how(one)
    return to + (f"  ({how})" if how else "")


def _how(one: Data) -> str:
    words = [one["certainty"]] if one["certainty"] != "certain" else []
    words += [word for word, key in (("implied", "implied"), ("nothing to do", "no_op")) if one.get(key)]
    if one.get("detail"):
        words.append(ENABLED.get(one["detail"], one["detail"]))
    return ", ".join(words)


def _standing(one: Data) -> str:
    if not one["exists"]:
        return "is missing"
    if not one["should_exist"]:
        return "should not be there"
    if one["matches"] is not None and one["matches"] != one["newest"]:
        return f"is the version of {one['matches']}"
    return f"differs in {', '.join(one['fields']) or 'its body'}"
