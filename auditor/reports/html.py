"""One page of HTML that needs nothing beside itself: no network, no files, no script to be read.

Everything that comes from files or from a database is escaped by the template engine, and shown with what a
terminal or a browser would act upon written out. The page's own style and script are the only ones that its policy
lets in.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from typing import TYPE_CHECKING, Any

from auditor import __version__
from auditor.model import Report
from auditor.reports.drawing import drawn, told
from auditor.reports.html_anchors import Anchors, Room
from auditor.reports.html_findings import Findings
from auditor.reports.html_objects import objects
from auditor.reports.html_parts import flow, guards, hero, migrations, tiles
from auditor.reports.page import counted, visible
from auditor.reports.strip import strip
from auditor.reports.view import View

if TYPE_CHECKING:
    import jinja2

LIMIT = 950_000
"""Bytes of a page of 500 migrations: it is to stay below 1 MB."""

ROOMS = ((260_000, 2000, 500), (120_000, 700, 500), (60_000, 250, 250), (0, 60, 100))
"""Characters of definitions and differences, lives of objects, and boxes of the map: tried in turn until the page
stays below the limit.
"""

LONG = 40
"""Characters of a name that a browser is told where to break."""


def render(report: Report, view: View = View()) -> str:  # noqa: B008 - a frozen value
    """The page; what is not in the report's data is left out of it."""
    text = ""
    for characters, lives, boxes in ROOMS:
        text = _rendered(report, view, Room(characters, lives, boxes))
        if len(text.encode("utf-8", "replace")) <= LIMIT:
            break
    return text


# Private


def _rendered(report: Report, view: View, room: Room) -> str:
    data, anchors = report.data, Anchors()
    listed = migrations(data.get("migrations", ()), anchors)
    anchors.objects(data.get("objects", ()))
    found = Findings(report, anchors, room)
    picture = data.get("map") or {"nodes": [], "edges": []}
    style, script = _text("page.css"), _text("page.js")
    values: dict[str, Any] = {
        "version": __version__,
        "report": report,
        "hero": hero(report, view),
        "tiles": list(tiles(report, found)),
        "findings": found,
        "drift": data.get("drift"),
        "drifted": found.drifted(),
        "map": drawn(picture["nodes"], picture["edges"]) if 0 < len(picture["nodes"]) <= room.boxes else None,
        "boxes": len(picture["nodes"]),
        "map_of": picture.get("of", ""),
        "map_words": [told(edge) for edge in picture["edges"]],
        "workers_unknown": picture.get("workers_unknown"),
        "href": anchors.href,
        "pipeline": flow(data.get("pipeline")),
        "guards": guards(data.get("guards", ()), found),
        "migrations": [one | {"findings": found.by_file.get(one["file"])} for one in listed],
        "strip": strip(listed, found.flagged(listed)),
        **objects(data, anchors, found, room),
        "coverage": data.get("coverage", ()),
        "looked_at": [counted(number, kind) for kind, number in report.checked.items()],
        "style": style,
        "script": script,
        "style_hash": _hash(style),
        "script_hash": _hash(script),
    }
    return _environment().get_template("page.html").render(**values).rstrip() + "\n"


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
    environment.filters |= {"broken": _breakable, "prose": _prose}
    macros: Any = environment.get_template("macros.html").module
    for name in ("unified", "beside", "source", "badge", "unchecked"):
        environment.globals[name] = getattr(macros, name)
    return environment


def _hash(text: str) -> str:
    """As a policy names a style or a script: https://www.w3.org/TR/CSP3/#grammardef-hash-source"""
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _text(name: str) -> Any:
    """A file beside the template: our own style and script, the only texts that are not escaped."""
    from importlib.resources import files

    from markupsafe import Markup

    text = (files("auditor.reports") / "templates" / name).read_text("utf-8")
    return Markup(text)  # noqa: S704 - our own file


def _shown(value: Any) -> Any:
    """Every character that would not be seen, or be acted upon, written out; lines stay."""
    if type(value) is not str or (value.isascii() and value.isprintable()):
        return value
    return "\n".join(visible(line) for line in value.split("\n"))


def _breakable(value: str) -> Any:
    """A name that a browser may break behind a dot, a comma or a bracket; copied, it is whole."""
    from markupsafe import Markup, escape

    text = str(escape(_shown(value)))
    for mark in (".", ",", "(") if len(text) > LONG else ():
        text = text.replace(mark, f"{mark}<wbr>")
    return Markup(text)  # noqa: S704 - escaped above


def _prose(value: str) -> Any:
    """Text in which what stands in backticks is code."""
    from markupsafe import Markup, escape

    text = re.sub(r"`([^`\n]+)`", r"<code>\1</code>", str(escape(_shown(value))))
    return Markup(text)  # noqa: S704 - escaped above
