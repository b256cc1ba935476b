"""Markdown for a comment on a change or the summary of a workflow step (GitHub's and GitLab's dialects).

Whatever comes from files or from a database is escaped: a name can neither draw a table nor call a person.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

from auditor.model import Finding, Report, Severity
from auditor.reports.page import counted, visible
from auditor.reports.places import place_of
from auditor.reports.view import View

MOST_CHARACTERS = 60_000
"""A comment of GitHub's holds 65,536 characters; what has no room is counted."""

_VERDICTS = {"kept": "✅ kept", "broken": "❌ broken", "could-not-check": "⚠️ could not check"}
_MARKS = {Severity.ERROR: "❌", Severity.WARNING: "⚠️", Severity.NOTE: "🛈"}


def render(report: Report, view: View = View()) -> str:  # noqa: B008 - a frozen value
    """Verdict, findings with their diffs and repairs, what was looked at and what was not."""
    head = [f"## auditor {report.command}: {_VERDICTS[report.result(view.fail_on)]}", ""]
    head += [f"**Could not check:** {escaped(reason)}\n" for reason in report.could_not_check]
    tail = list(chain(_classes(report), _looked_at(report)))
    room = MOST_CHARACTERS - sum(len(line) + 1 for line in chain(head, tail))
    return "\n".join([*head, *_findings(report, view, room), *tail]).rstrip() + "\n"


def escaped(text: str) -> str:
    """Text that shows as it is, on one line."""
    shown = visible(" ".join(text.split()))
    shown = shown.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    shown = re.sub(r"([\\`*_\[\]|~$])", r"\\\1", shown)
    # An empty character behind it, so that nobody is notified and no other issue is linked.
    return re.sub(r"[@#]", lambda match: match.group() + "&#8203;", shown)


def code_span(text: str) -> str:
    """Text as code within a line or a table's cell."""
    shown = visible(" ".join(text.split())).replace("|", "\\|")
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", shown)), default=0))
    pad = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{fence}{pad}{shown}{pad}{fence}" if shown else ""


def code_block(text: str, language: str) -> str:
    """Lines of code, whatever they hold."""
    shown = "\n".join(visible(line) for line in text.rstrip("\n").split("\n"))
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", shown)), default=0))
    return f"{fence}{language}\n{shown}\n{fence}"


# Private


def _findings(report: Report, view: View, room: int) -> Iterator[str]:
    for number, finding in enumerate(report.findings):
        text = "\n".join(_finding(finding, view))
        room -= len(text) + 1
        if room < 100:
            yield f"... and {counted(len(report.findings) - number, 'more finding')}.\n"
            return
        yield text


def _finding(finding: Finding, view: View) -> Iterator[str]:
    owner = f" ({finding.owner_class.value})" if finding.owner_class else ""
    yield f"### {_MARKS[finding.severity]} {finding.code} {escaped(finding.name)}{owner}\n"
    yield f"{escaped(finding.message)}\n"
    place = place_of(finding, view) if finding.location else None
    rows = {
        "object": code_span(str(finding.object)) if finding.object else "",
        "at": code_span(str(place)) if place else "",
        "field": code_span(finding.field or ""),
        "expected": code_span(finding.expected or ""),
        "actual": code_span(finding.actual or ""),
    }
    told = [f"- {name}: {value}" for name, value in rows.items() if value]
    if told:
        yield "\n".join(told) + "\n"
    if finding.help:
        yield f"{escaped(finding.help)}\n"
    for title, text, language in (("Diff", finding.diff, "diff"), ("Repair", finding.repair, "sql")):
        if text:
            block = code_block(text, language)
            yield f"<details><summary>{title}</summary>\n\n{block}\n\n</details>\n"


def _classes(report: Report) -> Iterator[str]:
    """The class of each migration that a change adds or edits."""
    changed = report.data.get("migrations") if report.command == "review" else None
    if not changed:
        return
    yield "| migration | class | because of |"
    yield "|---|---|---|"
    for one in changed:
        reasons = ", ".join(code_span(f"{r['kind']} {r['identity']}") for r in one["reasons"][:5])
        more = f" and {len(one['reasons']) - 5} more" if len(one["reasons"]) > 5 else ""
        yield f"| {code_span(one['migration'])} | {one['class']} | {reasons}{more} |"
    yield ""
    for item in report.data["objects"]:
        named = code_span(f"{item['kind']} {item['identity']}")
        yield f"- {named}: {', '.join(item['actions'])}"
        if item["diff"]:
            block = code_block(item["diff"], "diff")
            yield f"\n<details><summary>before and after</summary>\n\n{block}\n\n</details>\n"
    yield ""


def _looked_at(report: Report) -> Iterator[str]:
    counts = ", ".join(counted(number, escaped(kind)) for kind, number in report.checked.items())
    rows = [
        *(("about", escaped(note)) for note in report.notes),
        ("checked", counts),
        ("not understood", str(report.not_understood or "")),
        ("allowed", str(report.allowed or "")),
        *(("not checked", escaped(reason)) for reason in report.not_checked),
    ]
    yield from (f"- {name}: {value}" for name, value in rows if value)
