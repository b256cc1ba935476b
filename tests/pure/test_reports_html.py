"""The page: one file that needs nothing else, and in which nothing hostile comes to life."""

import base64
import hashlib
import re
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.model import Finding, Location, ObjectId, OwnerClass, Report, Severity
from auditor.reports import REPORTS, View
from auditor.reports.drawing import drawn
from auditor.reports.html_findings import MOST_OF_A_RULE

HOSTILE = (
    "</pre></title></style></script><script>alert(1)</script><img src=x onerror=alert(1)>"
    "\" ' {{ 7 * 7 }} \x1b[2J\u202e"
)


def page(report: Report) -> str:
    return REPORTS["html"](report, View())


def report(text: str = "f", findings: int = 1, migrations: int = 1, body: str = "SELECT 1") -> Report:
    found = Finding(
        "DRF003",
        "function-body-changed",
        Severity.ERROR,
        f"function {text} is not what it was",
        help=text,
        owner_class=OwnerClass.CORE,
        object=ObjectId("function", text),
        field="body",
        expected=text,
        actual=text,
        diff=f"@@ -1 +1 @@\n-{text}\n+{text}",
        repair=text,
        location=Location(text or "x", 3),
    )
    migration = {
        "migration": text,
        "file": text,
        "class": "core",
        "declared": True,
        "mixed": False,
        "reasons": [{"kind": "function", "identity": text, "class": "core", "entry": text}] * 5,
        "unowned": [],
        "unknown": 0,
    }
    item = {
        "kind": "function",
        "identity": text,
        "exists": True,
        "made": True,
        "last": text,
        "severity": "error",
        "findings": [found.fingerprint],
        "events": [{"migration": text, "what": text, "place": text}],
        "definitions": [{"migration": text, "action": "create", "place": text}],
        "differences": [{"title": text, "diff": f"-{text}\n+{body}"}],
        "newest": {"migration": text, "text": f"{text}{body}"},
        "live": live(text),
        "parts": [{"kind": "index", "identity": text, "exists": True, "live": live(text)}],
    }
    node = {"id": "a", "column": 0, "label": text, "title": text, "class": "core", "off": False, "notes": [text]}
    other = {"id": "b", "column": 2, "label": "b", "title": "b", "class": "legacy", "off": True}
    return Report(
        "report",
        findings=(found,) * findings,
        checked={"migration": migrations, "trigger": 3},
        not_checked=(text,),
        could_not_check=(text,),
        notes=(text,),
        data={
            "project": text,
            "generated": "2026-01-01",
            "summary": {"core": migrations, "legacy": 0},
            "migrations": [migration] * migrations,
            "objects": [item] * migrations,
            "map": {"nodes": [node, other], "edges": [{"from": "a", "to": "b", "what": text, "off": True}]},
            "database": text,
            "drift": {
                "state": "checked",
                "told": text,
                "findings": [found.fingerprint],
                "command": "auditor drift",
            },
            "pipeline": flow(text),
            "guards": [guard(text, found.fingerprint)],
            "coverage": [{"area": text, "state": "could-not-check", "told": text, "command": text}],
            "lines": {f"{found.location}".rpartition(":")[0]: [{"number": 3, "text": text, "meant": True}]},
        },
    )


def live(text: str, word: str = "altered") -> dict[str, Any]:
    return {
        "word": word,
        "exists": True,
        "matches": None,
        "newest": text,
        "switched": [{"told": text, "on": True}],
        "differs": [{"field": text, "expected": text, "actual": text}],
        "diff": f"--- a\n+++ b\n@@ -1 +1 @@\n-{text}\n+{text}x",
        "unknown": text,
        "transaction": {
            "relation": "between",
            "migration": None,
            "after": text,
            "before": text,
            "since": text,
            "until": text,
            "committed_at": None,
            "reason": text,
        },
        "recorded": [
            {"at": text, "tag": text, "session_role": text, "application": text, "client": text, "xid": 7}
        ],
    }


def flow(text: str) -> dict[str, Any]:
    sample = {"id": text, "entity": text, "type": text, "since": text, "error": text}
    return {
        "state": "checked",
        "window": "24h",
        "undone": [text],
        "command": "auditor forensics kpi",
        "figures": {
            "dead": {"value": 3, "threshold": 0, "exceeded": True, "told": text, "example": text},
            "gap": {"value": None, "threshold": 0, "exceeded": False, "told": text, "example": None},
        },
        "gaps": [{"entity": text, "event": text, "job": text, "at": text, "age": 1.0, "correlation": text}],
        "jobs": [{"type": text, "status": text, "state": "dead", "window": 1, "seen": 3}],
        "dead": [sample],
        "stale": [sample],
        "outside": [sample],
        "without_event": [sample],
        "runs": 4,
        "errors": [{"error": text, "runs": 2}],
        "sources": {text: 1},
    }


def guard(text: str, fingerprint: str) -> dict[str, Any]:
    place = {
        "file": text,
        "line": 3,
        "column": 1,
        "does": text,
        "within": text,
        "severity": "error",
        "fingerprint": fingerprint,
    }
    return {
        "guard": text,
        "mode": "compat",
        "reason": text,
        "except": [text],
        "places": [place],
        "state": "broken",
        "files": 2,
        "not_understood": 1,
        "allowed": 1,
    }


class Elements(HTMLParser):
    """Tags and attributes, as a browser would see them."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def elements(html: str) -> list[tuple[str, dict[str, str | None]]]:
    parser = Elements()
    parser.feed(html)
    return parser.found


@settings(max_examples=25, deadline=None)
@given(st.text(st.characters()).map(lambda text: HOSTILE + text))
def test_nothing_hostile_comes_to_life(text: str) -> None:
    html = page(report(text))
    found = elements(html)
    assert sum(tag == "script" for tag, _ in found) == 1
    assert not any(tag in {"img", "iframe", "object", "base"} for tag, _ in found)
    assert [attributes["href"] for tag, attributes in found if tag == "link"] == ["data:,"]
    assert not any(name.startswith("on") for _, attributes in found for name in attributes)
    assert "{{ 7 * 7 }}" in html
    assert "\x1b" not in html
    assert "\u202e" not in html


def test_it_needs_nothing_beside_itself() -> None:
    html = page(report())
    for _, attributes in elements(html):
        for name in ("src", "href", "action", "poster"):
            assert (attributes.get(name) or "#").startswith(("#", "data:,"))
    assert "@import" not in html
    assert "url(" not in html.replace("url(#tip)", "")


def test_its_policy_lets_its_own_script_run_and_no_other() -> None:
    html = page(report())
    policy = next(attributes["content"] for tag, attributes in elements(html) if "http-equiv" in attributes)
    rules = dict(rule.split(" ", 1) for rule in (policy or "").split("; "))
    assert rules.pop("default-src") == "'none'"
    for name, tag in (("script-src", "script"), ("style-src", "style")):
        text = html.partition(f"<{tag}>")[2].partition(f"</{tag}>")[0]
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert rules.pop(name) == f"'sha256-{digest}'"
    assert rules == {"img-src": "data:", "base-uri": "'none'", "form-action": "'none'"}
    assert not any("style" in attributes for _, attributes in elements(html))


def test_it_says_what_was_found_and_what_was_not_looked_at() -> None:
    html = page(report("public.f()"))
    for text in ("Could not check", "function public.f() is not what it was", "expected", "Repair", "Not checked"):
        assert text in html
    kept = page(Report("report", data={"project": "p", "generated": ""}))
    assert "Nothing is wrong in what was looked at." in kept
    assert '<section id="map">' not in kept


@pytest.mark.parametrize("state", ["not-checked", "could-not-check"])
def test_what_has_no_answer_is_never_told_as_fine(state: str) -> None:
    part = {"state": state, "told": "no database was given", "command": "auditor report --db URL"}
    html = page(Report("report", data={"drift": {**part, "findings": []}, "pipeline": part, "objects": []}))
    for name in ("drift", "pipeline"):
        section = html.partition(f'<section id="{name}">')[2].partition("</section>")[0]
        assert ("Not checked" if state == "not-checked" else "Could not check") in section
        assert "auditor report --db URL" in section
        tile = re.search(rf'class="tile (\w+)" href="#{name}"', html)
        assert tile is not None
        assert tile[1] == "unknown"
    assert "live as it should be" not in html


def test_five_hundred_migrations_stay_below_a_megabyte_and_what_is_cut_is_said() -> None:
    html = page(report(findings=MOST_OF_A_RULE["error"] + 3, migrations=500, body="SELECT 1;\n" * 400))
    assert len(html.encode()) < 1_000_000
    assert "3 more have no room here" in html
    assert "2 texts had no room here" in html
    assert re.search(r"The lives of \d+ objects have no room here", html)
    for number in (1, 250, 500):
        assert f'id="m-f{f"--{number}" if number > 1 else ""}"' in html, "every migration is listed"


def test_every_anchor_is_there() -> None:
    found = elements(page(report()))
    ids = {attributes["id"] for _, attributes in found if "id" in attributes}
    links = {attributes["href"] for tag, attributes in found if tag == "a"}
    assert {link for link in links if link and link[1:] not in ids} == set()
    assert len(ids) == sum("id" in attributes for _, attributes in found)


def test_boxes_of_the_map_do_not_overlap() -> None:
    nodes: list[dict[str, Any]] = [
        {"id": str(n), "column": n % 3, "label": "name " * (n % 7), "title": "", "class": "core", "off": False}
        for n in range(40)
    ]
    edges = [{"from": str(n), "to": str((n * 7) % 40), "what": "calls", "off": False} for n in range(40)]
    picture = drawn(nodes, edges)
    boxes = picture["nodes"]
    assert len(boxes) == 40
    for one in boxes:
        assert one["x"] + one["width"] <= picture["width"]
        assert one["y"] + one["height"] <= picture["height"]
        for other in boxes:
            apart = one["x"] != other["x"] or one["y"] + one["height"] <= other["y"] or other["y"] < one["y"]
            assert one is other or apart
    assert len(picture["edges"]) == 40
