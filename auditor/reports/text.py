"""The report for people: what is listed, what is wrong, what was looked at, and the verdict as the last line."""

from __future__ import annotations

from collections import Counter

from auditor.model import Finding, Report, Severity
from auditor.reports import forensics, listings
from auditor.reports.listings import DIFF_LINES, DIFF_STYLES
from auditor.reports.next_steps import next_steps
from auditor.reports.page import Page, Style, counted, visible
from auditor.reports.view import View

SHOWN_PER_RULE = 20
"""Findings of one rule that are told in full; `-v` and the other formats tell all."""

LISTINGS = listings.LISTINGS | forensics.LISTINGS

UNJUDGED = frozenset(
    {
        "contract show",
        "effects",
        "explain",
        "init",
        "forensics blame",
        "forensics history",
        "forensics provenance",
        "forensics recorder",
        "forensics trace",
        "history",
        "snapshot",
    }
)
"""Commands that list what there is: without findings their reports have no verdict."""

SHORT = 12
"""Characters of a value that may stand in a message by chance; longer ones are not told twice."""

REPAIR_LINES = 8
"""Lines of a repair that are shown without `-v`."""

_STYLES: dict[Severity, Style] = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}


def render(report: Report, view: View = View()) -> str:  # noqa: B008 - a frozen value
    """The report as text, safe to send to a terminal."""
    page = Page(view.width, color=view.color)
    if view.verbosity < 0:
        for finding in report.findings:
            page.line((_STYLES[finding.severity], finding_line(finding)))
        for reason in report.could_not_check:
            page.line(visible(f"could not check: {reason}"))
    else:
        listing = LISTINGS.get(report.command)
        if listing is not None and report.data:
            listing(report.data, view, page)
        _findings(report, view, page)
        _summary(report, page)
    _verdict(report, view, page)
    return page.text()


def finding_line(finding: Finding) -> str:
    """A finding on one line, the place in front as compilers write it."""
    place = f"{finding.location}: " if finding.location else ""
    return visible(f"{place}{finding.severity.value} {finding.code} {finding.name}: {finding.message}")


# Private


def _findings(report: Report, view: View, page: Page) -> None:
    told: Counter[str] = Counter()
    left_out: Counter[str] = Counter()
    helped: set[str] = set()
    for finding in report.findings:
        if told[finding.code] >= SHOWN_PER_RULE and view.verbosity <= 0:
            left_out[finding.code] += 1
            continue
        page.blank()
        _finding(finding, view, page, with_help=finding.help not in helped)
        told[finding.code] += 1
        helped.add(finding.help)
    if left_out:
        page.blank()
        for code, count in left_out.items():
            page.line(f"and {count} more of {code}: all with -v or --format json")
    page.blank()


def _finding(finding: Finding, view: View, page: Page, *, with_help: bool) -> None:
    owner = f"  {finding.owner_class.value}" if finding.owner_class else ""
    style = _STYLES[finding.severity]
    name = "" if finding.code.endswith(f"/{finding.name}") else f" {finding.name}"
    page.line((style, finding.severity.value), " ", ("bold", f"{finding.code}{name}"), ("dim", owner))
    page.prose(finding.message, 2)
    if finding.object is not None and finding.object.identity not in finding.message:
        page.row("object", str(finding.object))
    if finding.location is not None:
        page.row("at", str(finding.location))
    # Of what other programs find the field only tells findings apart.
    if finding.field and finding.field not in finding.message and "/" not in finding.code:
        page.row("field", finding.field)
    for label, value in (("expected", finding.expected), ("actual", finding.actual)):
        if value is not None and (len(value) < SHORT or value not in finding.message):
            page.row(label, value)
    since = _since(finding)
    if since:
        page.row("since", since)
    if finding.diff:
        _diff(finding.diff, view, page)
    if finding.repair:
        _repair(finding.repair, view, page)
    if with_help and finding.help:
        page.row("help", finding.help)


def _since(finding: Finding) -> str:
    origin = finding.provenance
    if origin is None:
        return ""
    parts = []
    if origin.defined_in:
        parts.append(f"defined in {origin.defined_in}")
    if origin.live_matches and origin.live_matches != origin.defined_in:
        parts.append(f"the database runs the version of {origin.live_matches}")
    elif origin.live_matches is None and finding.diff is not None:
        parts.append("what the database runs was written by no migration")
    if origin.written_by:
        parts.append(f"last written by the transaction of {origin.written_by}")
    return "; ".join(parts)


def _diff(diff: str, view: View, page: Page) -> None:
    lines = diff.rstrip("\n").split("\n")
    shown = lines if view.verbosity > 0 else lines[:DIFF_LINES]
    page.line(("dim", "  diff"))
    for text in shown:
        page.line("    ", (DIFF_STYLES.get(text[:1], "plain"), text))
    if len(shown) < len(lines):
        page.line("    ", ("dim", f"({len(lines) - len(shown)} more lines with -v)"))


def _repair(sql: str, view: View, page: Page) -> None:
    """The statements; of a long one (a whole function) the beginning."""
    lines = sql.rstrip("\n").split("\n")
    shown = lines if view.verbosity > 0 or len(lines) <= REPAIR_LINES + 1 else lines[:REPAIR_LINES]
    page.verbatim("repair", "\n".join(shown))
    if len(shown) < len(lines):
        more = len(lines) - len(shown)
        page.row("", f"({more} more lines with -v; the exact text is in --format json)", style="dim")


def _summary(report: Report, page: Page) -> None:
    page.blank()
    column = 17
    checked = ", ".join(counted(number, kind) for kind, number in report.checked.items())
    rows = (
        ("about", report.notes),
        ("checked", (checked,) if checked else ()),
        ("not understood", (str(report.not_understood),) if report.not_understood else ()),
        ("allowed", (str(report.allowed),) if report.allowed else ()),
        ("not checked", report.not_checked),
    )
    for label, texts in rows:
        for number, text in enumerate(texts):
            page.row("" if number else label, text, indent=0, column=column)
    for number, text in enumerate(report.could_not_check):
        page.row("" if number else "could not check", text, indent=0, column=column, style="yellow")


def _verdict(report: Report, view: View, page: Page) -> None:
    result = report.result(view.fail_on)
    if report.command in UNJUDGED and result == "kept" and not report.findings:
        return
    counts = Counter(finding.severity for finding in report.findings)
    told = (
        ", ".join(f"{counts[s]} {s.value}{'s' * (counts[s] != 1)}" for s in Severity if counts[s]) or "no findings"
    )
    failing = [finding for finding in report.findings if finding.severity.rank <= view.fail_on.rank]
    steps = next_steps(report, failing)
    if steps and view.verbosity >= 0:
        page.verbatim("next", "\n".join(steps), indent=0, column=17)
    style: Style = {"kept": "green", "broken": "red", "could-not-check": "yellow"}[result]  # type: ignore[assignment]
    page.line((style, result.upper().replace("-", " ")), f": {told}")
