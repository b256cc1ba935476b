"""One page of HTML that needs nothing beside itself: no network, no files, no script to be read.

Everything that comes from files or from a database is escaped by the template engine, and shown with what a
terminal or a browser would act upon written out. The page's own script is the only one that its policy lets run.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

from auditor import __version__
from auditor.model import Finding, Report
from auditor.reports.drawing import drawn
from auditor.reports.json import finding_values
from auditor.reports.page import counted, visible
from auditor.reports.view import View

if TYPE_CHECKING:
    import jinja2

MOST_FINDINGS = 200
MOST_CHARACTERS = 240_000
"""Of definitions and differences: the page of 500 migrations is to stay below 1 MB."""

REASONS = 3

_VERDICTS = {
    "kept": ("✓", "Kept", "Nothing that was looked at is broken."),
    "broken": ("✗", "Broken", "What the contract or a rule asks for does not hold."),
    "could-not-check": ("?", "Could not check", "A part of what was asked has no answer, so this is no verdict."),
}


def render(report: Report, view: View = View()) -> str:  # noqa: B008 - a frozen value
    """The page; what is not in the report's data is left out of it."""
    mark, title, told = _VERDICTS[report.result(view.fail_on)]
    data = report.data
    room = _Room(MOST_CHARACTERS)
    script = _text("page.js")
    picture = data.get("map") or {"nodes": [], "edges": []}
    values = {
        "version": __version__,
        "project": data.get("project", ""),
        "generated": data.get("generated", ""),
        "report": report,
        "verdict": {"name": report.result(view.fail_on), "mark": mark, "title": title, "told": told},
        "summary": data.get("summary", {}),
        "figures": [(counted(number, kind).partition(" ")[2], number) for kind, number in _main(report)],
        "findings": [_finding(finding, room) for finding in report.findings[:MOST_FINDINGS]],
        "left_out": max(len(report.findings) - MOST_FINDINGS, 0),
        "map": drawn(picture["nodes"], picture["edges"]) if picture["nodes"] else None,
        "pipeline": data.get("pipeline"),
        "migrations": [_migration(one) for one in data.get("migrations", ())],
        "objects": [_object(one, room) for one in data.get("objects", ())],
        "checked": [counted(number, kind) for kind, number in report.checked.items()],
        "sections": list(_sections(report, with_map=bool(picture["nodes"]))),
        "style": _text("page.css"),
        "script": script,
        "script_hash": base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
    }
    return _environment().get_template("page.html").render(**values).rstrip() + "\n"


# Private


class _Room:
    """Characters that are left for long texts."""

    def __init__(self, left: int) -> None:
        self.left = left

    def take(self, text: str) -> bool:
        """Whether the text has room; if so it is taken."""
        if len(text) > self.left:
            return False
        self.left -= len(text)
        return True


@cache
def _environment() -> jinja2.Environment:
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("auditor.reports"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    macros: Any = environment.get_template("macros.html").module
    environment.globals.update(filter=macros.filter, diff=macros.diff)
    return environment


def _text(name: str) -> Any:
    """A file beside the template: our own style and script, the only texts that are not escaped."""
    from importlib.resources import files

    from markupsafe import Markup

    text = (files("auditor.reports") / "templates" / name).read_text("utf-8")
    return Markup(text)  # noqa: S704 - our own file


def _shown(value: Any) -> Any:
    """Every character that would not be seen, or be acted upon, written out; lines stay."""
    if type(value) is not str:
        return value
    return "\n".join(visible(line) for line in value.split("\n"))


def _main(report: Report) -> Iterator[tuple[str, int]]:
    wanted = ("migration", "statement", "trigger", "function", "dedupe key", "queue", "guard")
    return ((kind, report.checked[kind]) for kind in wanted if kind in report.checked)


def _sections(report: Report, *, with_map: bool) -> Iterator[tuple[str, str]]:
    yield "findings", "Findings"
    if with_map:
        yield "map", "The core at work"
    if report.data.get("pipeline"):
        yield "pipeline", "The live flow"
    yield from (("history", "History"), ("objects", "Core objects"), ("checked", "What was looked at"))


def _finding(finding: Finding, room: _Room) -> dict[str, Any]:
    values = finding_values(finding)
    values["place"] = str(finding.location) if finding.location else None
    values["diff"] = _lines(finding.diff) if finding.diff and room.take(finding.diff) else None
    values["search"] = _searchable(
        finding.code, finding.name, finding.message, values["identity"], values["place"]
    )
    return values


def _migration(values: dict[str, Any]) -> dict[str, Any]:
    reasons = [f"{one['kind']} {one['identity']}" for one in values["reasons"] or values["unowned"]]
    return {
        **values,
        "shown": reasons[:REASONS],
        "more": max(len(reasons) - REASONS, 0),
        "marks": [word for word in ("declared", "mixed") if values.get(word)],
        "search": _searchable(values["migration"], values["file"], *reasons[:20]),
    }


def _object(values: dict[str, Any], room: _Room) -> dict[str, Any]:
    """The newest texts first: what has no room is counted."""
    newest = values["newest"]
    cut = 0
    if newest is not None and not room.take(newest["text"]):
        newest, cut = None, cut + 1
    differences = []
    for one in reversed(values["differences"]):
        if room.take(one["diff"]):
            differences.append({"title": one["title"], "diff": _lines(one["diff"])})
        else:
            cut += 1
    blame = f"auditor forensics blame '{values['kind']} {values['identity']}'"
    return {
        **values,
        "newest": newest,
        "differences": differences,
        "cut": f"{counted(cut, 'text')} had no room here: {blame}" if cut else "",
        "search": _searchable(values["kind"], values["identity"], values["told"]),
    }


def _lines(diff: str) -> list[dict[str, str]]:
    kinds = {"+": "add", "-": "del", "@": "at"}
    return [{"kind": kinds.get(line[:1], ""), "text": line} for line in diff.rstrip("\n").split("\n")]


def _searchable(*parts: Any) -> str:
    return " ".join(_words(parts))


def _words(parts: Iterable[Any]) -> Iterator[str]:
    return (" ".join(str(part).split()) for part in parts if part)
