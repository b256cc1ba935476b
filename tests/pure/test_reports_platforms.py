"""The formats that platforms read: each holds what its platform asks for, and nothing hostile gets through."""

import json
import os
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from auditor.model import Finding, Location, ObjectId, OwnerClass, Provenance, Report, Severity
from auditor.reports import REPORTS, View
from auditor.reports.markdown import MOST_CHARACTERS, code_block, code_span, escaped
from auditor.reports.sarif import MOST_RESULTS

TRIGGER = Finding(
    code="DRF005",
    name="trigger-state-changed",
    severity=Severity.ERROR,
    message="trigger on_change on public.documents is disabled",
    help="run the repair",
    owner_class=OwnerClass.CORE,
    object=ObjectId("trigger", "on_change on public.documents"),
    field="enabled",
    expected="origin",
    actual="disabled",
    repair="ALTER TABLE public.documents ENABLE TRIGGER on_change;",
    provenance=Provenance(defined_in="0007", live_matches="0007"),
)
READING = Finding(
    "REA001",
    "not-understood",
    Severity.WARNING,
    "dynamic SQL, 100% of it: not read, sorry",
    location=Location("migrations/a b.sql", 31, 5),
)
REPORT = Report(
    "check",
    findings=(TRIGGER, READING),
    checked={"trigger": 3, "dedupe key": 1},
    not_checked=("live database: none was given",),
)
VIEW = View(prefix="db/", anchor="classifications.yaml")

SCHEMA = os.environ.get("AUDITOR_SARIF_SCHEMA")

texts = st.text(st.characters())


def hostile(text: str) -> Report:
    found = Finding(
        "DRF003",
        "function-body-changed",
        Severity.ERROR,
        text,
        help=text,
        object=ObjectId("function", text),
        field=text,
        expected=text,
        actual=text,
        diff=text,
        repair=text,
        location=Location(text or "x"),
        provenance=Provenance(text, text, text),
    )
    return Report("check", findings=(found,), checked={text: 1}, not_checked=(text,), could_not_check=(text,))


def sarif(report: Report, view: View = VIEW) -> dict[str, Any]:
    (run,) = json.loads(REPORTS["sarif"](report, view))["runs"]
    assert isinstance(run, dict)
    return run


# SARIF


def test_sarif_has_a_result_for_each_finding_on_its_line() -> None:
    first, second = sarif(REPORT)["results"]
    (place,) = second["locations"]
    assert place["physicalLocation"] == {
        "artifactLocation": {"uri": "db/migrations/a%20b.sql"},
        "region": {"startLine": 31, "startColumn": 5},
    }
    assert (first["ruleId"], first["level"], second["level"]) == ("DRF005", "error", "warning")
    assert first["properties"]["repair"] == TRIGGER.repair


def test_what_stands_in_no_file_is_shown_at_the_configuration() -> None:
    (place,) = sarif(REPORT)["results"][0]["locations"]
    assert place["physicalLocation"]["artifactLocation"]["uri"] == "db/classifications.yaml"
    assert place["logicalLocations"] == [
        {"fullyQualifiedName": "on_change on public.documents", "kind": "trigger"}
    ]


def test_sarif_rules_carry_their_pages() -> None:
    rules = sarif(REPORT)["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["DRF005", "REA001"]
    assert all("How to allow it" in rule["help"]["text"] for rule in rules)


def test_sarif_fingerprints_do_not_depend_on_lines_and_are_unique() -> None:
    moved = Finding(
        READING.code, READING.name, READING.severity, READING.message, location=Location("migrations/a b.sql", 99)
    )
    once = sarif(Report("check", findings=(READING,)))["results"][0]["partialFingerprints"]
    again = sarif(Report("check", findings=(moved,)))["results"][0]["partialFingerprints"]
    assert once == again
    both = sarif(Report("check", findings=(READING, moved)))["results"]
    assert len({result["partialFingerprints"]["primaryLocationLineHash"] for result in both}) == 2


def test_sarif_says_what_could_not_be_checked() -> None:
    (invocation,) = sarif(Report("drift", could_not_check=("no connection",)))["invocations"]
    assert invocation["executionSuccessful"] is False
    assert invocation["toolExecutionNotifications"] == [{"level": "error", "message": {"text": "no connection"}}]


def test_sarif_keeps_as_many_results_as_code_scanning_does_and_says_so() -> None:
    many = tuple(
        Finding("CLS001", "unowned-object", Severity.WARNING, f"m{n}", object=ObjectId("table", f"t{n}"))
        for n in range(MOST_RESULTS + 7)
    )
    run = sarif(Report("check", findings=many))
    assert len(run["results"]) == MOST_RESULTS
    (told,) = run["invocations"][0]["toolExecutionNotifications"]
    assert told["message"]["text"].startswith("7 more findings are left out")


@pytest.mark.skipif(SCHEMA is None, reason="AUDITOR_SARIF_SCHEMA does not name the official schema's file")
@given(texts)
@example("\ud800")
def test_sarif_is_valid_by_the_official_schema(text: str) -> None:
    validator = jsonschema.Draft7Validator(_schema())
    for report in (REPORT, hostile(text), Report("drift", could_not_check=("no connection",))):
        for view in (VIEW, View()):
            validator.validate(json.loads(REPORTS["sarif"](report, view)))


def _schema(cache: dict[str, Any] = {}) -> dict[str, Any]:  # noqa: B006 - read once
    if not cache:
        cache |= json.loads(Path(SCHEMA or "").read_text("utf-8"))
    return cache


# GitHub


def test_github_annotates_the_line() -> None:
    lines = REPORTS["github"](REPORT, VIEW).splitlines()
    assert lines == [
        (
            "::error file=db/classifications.yaml,line=1,col=1,title=DRF005 trigger-state-changed::"
            "trigger on_change on public.documents is disabled%0Arun the repair"
        ),
        (
            "::warning file=db/migrations/a b.sql,line=31,col=5,title=REA001 not-understood::"
            "dynamic SQL, 100%25 of it: not read, sorry"
        ),
        "auditor check: broken",
    ]


def test_github_is_given_no_more_than_it_shows_and_the_rest_is_counted() -> None:
    many = tuple(Finding("X", "x", Severity.ERROR, f"m{n}") for n in range(25))
    lines = REPORTS["github"](Report("check", findings=many, could_not_check=("no server",)), VIEW).splitlines()
    assert sum(line.startswith("::error") for line in lines) == 10
    assert "16 more errors without annotation" in lines
    assert "::error title=could not check::no server" in lines


@given(texts)
def test_nothing_becomes_a_workflow_command_of_its_own(text: str) -> None:
    out = REPORTS["github"](hostile(f"a\n::set-output name=x::y\r::error::{text}"), VIEW)
    commands = [line for line in re.split("\r\n|\n|\r", out) if line.startswith("::")]
    assert len(commands) == 2


# GitLab


def test_gitlab_has_the_documented_fields() -> None:
    first, second = json.loads(REPORTS["gitlab"](REPORT, VIEW))
    assert second == {
        "description": "REA001: dynamic SQL, 100% of it: not read, sorry",
        "check_name": "not-understood",
        "fingerprint": READING.fingerprint,
        "severity": "minor",
        "location": {"path": "db/migrations/a b.sql", "lines": {"begin": 31}},
    }
    assert first["severity"] == "critical"


def test_gitlab_fingerprints_are_unique() -> None:
    elements = json.loads(REPORTS["gitlab"](Report("check", findings=(READING, READING, TRIGGER)), VIEW))
    assert len({element["fingerprint"] for element in elements}) == 3


def test_gitlab_is_told_what_could_not_be_checked() -> None:
    (element,) = json.loads(REPORTS["gitlab"](Report("drift", could_not_check=("no connection",)), VIEW))
    assert (element["severity"], element["location"]["path"]) == ("blocker", "db/classifications.yaml")


# JUnit


def test_junit_counts_and_fails_at_the_level() -> None:
    root = ElementTree.fromstring(REPORTS["junit"](REPORT, VIEW))  # noqa: S314 - our own text
    assert (root.get("tests"), root.get("failures"), root.get("skipped")) == ("5", "1", "1")
    assert len(root.findall(".//failure")) == 1
    stricter = ElementTree.fromstring(REPORTS["junit"](REPORT, View(fail_on=Severity.WARNING)))  # noqa: S314
    assert stricter.get("failures") == "2"


@given(texts)
def test_junit_is_xml_whatever_it_holds(text: str) -> None:
    root = ElementTree.fromstring(REPORTS["junit"](hostile(text), VIEW))  # noqa: S314 - our own text
    assert root.get("errors") == "1"


# Markdown


def test_markdown_tells_verdict_findings_and_what_was_not_looked_at() -> None:
    out = REPORTS["markdown"](REPORT, VIEW)
    assert out.startswith("## auditor check: ❌ broken\n")
    assert "### ❌ DRF005 trigger-state-changed (core)" in out
    assert "```sql\nALTER TABLE public.documents ENABLE TRIGGER on\\_change;" not in out
    assert "```sql\nALTER TABLE public.documents ENABLE TRIGGER on_change;\n```" in out
    assert "- at: `db/migrations/a b.sql:31:5`" in out
    assert "- not checked: live database: none was given" in out


def test_markdown_has_room_for_a_comment() -> None:
    many = tuple(Finding("X", "x", Severity.ERROR, f"message {n} " * 20) for n in range(2000))
    out = REPORTS["markdown"](Report("check", findings=many), VIEW)
    assert len(out) <= MOST_CHARACTERS
    assert re.search(r"\.\.\. and \d+ more findings\.", out)


def test_markdown_calls_nobody_and_draws_nothing() -> None:
    assert escaped("@team <img src=x> | `a` [x](y) #12") == (
        "@&#8203;team &lt;img src=x&gt; \\| \\`a\\` \\[x\\](y) #&#8203;12"
    )
    assert code_span("a `b` | c") == "``a `b` \\| c``"
    assert code_block("x\n```\ny", "sql") == "````sql\nx\n```\ny\n````"


@given(texts)
def test_markdown_opens_no_tag_of_anothers(text: str) -> None:
    out = escaped(text)
    assert not set("<>\n") & set(out)
