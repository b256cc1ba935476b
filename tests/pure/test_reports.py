"""Reports: pure functions of a report; nothing hostile reaches a terminal; JSON keeps its shape."""

import json
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.model import Finding, Location, ObjectId, OwnerClass, Provenance, Report, Severity
from auditor.reports import REPORTS, View
from auditor.reports.page import Page, counted, visible, width_of
from auditor.reports.text import SHOWN_PER_RULE, finding_line

TRIGGER = Finding(
    code="DRF005",
    name="trigger-state-changed",
    severity=Severity.ERROR,
    message="trigger on_change on public.documents is disabled, and should be origin",
    help="run the repair",
    owner_class=OwnerClass.CORE,
    object=ObjectId("trigger", "on_change on public.documents"),
    field="enabled",
    expected="origin",
    actual="disabled",
    repair="ALTER TABLE public.documents ENABLE TRIGGER on_change;",
    location=Location("migrations/0007.sql", 31, 5),
    provenance=Provenance(defined_in="0007", live_matches="0007"),
)
FUNCTION = Finding(
    code="DRF003",
    name="function-body-changed",
    severity=Severity.WARNING,
    message="function public.f() does not run its newest body",
    object=ObjectId("function", "public.f()"),
    field="body",
    expected="sha256:aa",
    actual="sha256:bb",
    diff="--- 0015\n+++ live\n@@ -1 +1 @@\n-SELECT 1\n+SELECT 2\n",
    provenance=Provenance(defined_in="0015", live_matches="0012"),
)
REPORT = Report(
    "drift",
    findings=(TRIGGER, FUNCTION),
    checked={"trigger": 3, "function": 5},
    not_understood=2,
    allowed=1,
    not_checked=("guards: 4 declared, runtime source is not read by this version",),
    notes=("PostgreSQL 18.6 at localhost",),
)


def _text(report: Report, **view: object) -> str:
    return REPORTS["text"](report, View(**view))  # type: ignore[arg-type]


def test_text_says_everything_about_a_finding() -> None:
    assert _text(Report("drift", findings=(TRIGGER,), checked={"trigger": 3})) == (
        "error DRF005 trigger-state-changed  core\n"
        "  trigger on_change on public.documents is disabled, and should be origin\n"
        "  at         migrations/0007.sql:31:5\n"
        "  field      enabled\n"
        "  expected   origin\n"
        "  actual     disabled\n"
        "  since      defined in 0007\n"
        "  repair     ALTER TABLE public.documents ENABLE TRIGGER on_change;\n"
        "  help       run the repair\n"
        "\n"
        "checked          3 triggers\n"
        "next             auditor explain DRF005\n"
        "                 auditor forensics blame 'trigger on_change on public.documents'\n"
        "BROKEN: 1 error\n"
    )


def test_text_ends_with_what_was_looked_at_and_the_verdict() -> None:
    lines = _text(REPORT).splitlines()
    assert lines[-1] == "BROKEN: 1 error, 1 warning"
    tail = "\n".join(lines[-8:])
    for line in (
        "about            PostgreSQL 18.6 at localhost",
        "checked          3 triggers, 5 functions",
        "not understood   2",
        "allowed          1",
        "not checked      guards: 4 declared, runtime source is not read by this version",
    ):
        assert line in tail


def test_text_shows_the_diff_and_which_version_runs() -> None:
    text = _text(REPORT)
    assert "    -SELECT 1\n    +SELECT 2\n" in text
    assert "defined in 0015; the database runs the version of 0012" in text


def test_a_body_of_no_migration_is_called_that() -> None:
    origin = Provenance(defined_in="0015")
    found = Finding("DRF003", "x", Severity.ERROR, "m", actual="sha256:cc", diff="-a\n+b", provenance=origin)
    assert "written by no migration" in _text(Report("drift", findings=(found,)))
    trigger = Finding("DRF005", "x", Severity.ERROR, "m", actual="disabled", provenance=origin)
    assert "written by no migration" not in _text(Report("drift", findings=(trigger,)))


def test_a_long_repair_is_shortened_and_says_so() -> None:
    found = Finding("DRF003", "x", Severity.ERROR, "m", repair="\n".join(f"line {n}" for n in range(40)))
    text = _text(Report("drift", findings=(found,)))
    assert "line 7\n" in text
    assert "line 8" not in text
    assert "(32 more lines with -v; the exact text is in --format" in text
    assert "line 39" in _text(Report("drift", findings=(found,)), verbosity=1)


@pytest.mark.parametrize(
    ("report", "fail_on", "last"),
    [
        (Report("check"), Severity.ERROR, "KEPT: no findings"),
        (Report("check", findings=(FUNCTION,)), Severity.ERROR, "KEPT: 1 warning"),
        (Report("check", findings=(FUNCTION,)), Severity.WARNING, "BROKEN: 1 warning"),
        (Report("check", findings=(TRIGGER, TRIGGER)), Severity.ERROR, "BROKEN: 2 errors"),
        (
            Report("check", could_not_check=("replay: no PostgreSQL",)),
            Severity.ERROR,
            "COULD NOT CHECK: no findings",
        ),
    ],
)
def test_the_verdict(report: Report, fail_on: Severity, last: str) -> None:
    assert _text(report, fail_on=fail_on).splitlines()[-1] == last


def test_half_an_answer_is_never_kept() -> None:
    report = Report("check", could_not_check=("replay: no PostgreSQL",))
    assert report.result(Severity.ERROR) == "could-not-check"
    assert Report("check", findings=(TRIGGER,), could_not_check=("x",)).result(Severity.ERROR) == "could-not-check"


def test_text_fits_80_columns_where_words_allow() -> None:
    long = Finding("REA001", "not-understood", Severity.WARNING, "a word " * 60, help="more words " * 40)
    assert max(len(line) for line in _text(Report("check", findings=(long,))).splitlines()) <= 80


def test_names_and_sql_are_never_broken() -> None:
    name = "public." + "x" * 120
    found = Finding("DRF001", "x", Severity.ERROR, f"table {name} is missing", repair=f"CREATE TABLE {name} ();")
    text = _text(Report("drift", findings=(found,)))
    assert name in text
    assert f"CREATE TABLE {name} ();" in text


def test_many_findings_of_one_rule_do_not_drown_the_others() -> None:
    many = tuple(
        Finding("CLS001", "unowned-object", Severity.ERROR, f"m{n}", object=ObjectId("table", f"t{n}"))
        for n in range(1000)
    )
    report = Report("check", findings=(*many, FUNCTION))
    text = _text(report)
    assert text.count("unowned-object") == SHOWN_PER_RULE
    assert f"and {1000 - SHOWN_PER_RULE} more of CLS001" in text
    assert "DRF003" in text
    assert _text(report, verbosity=1).count("unowned-object") == 1000


def test_help_is_told_once_for_each_rule() -> None:
    assert _text(Report("drift", findings=(TRIGGER, TRIGGER))).count("run the repair") == 1


def test_quiet_is_one_line_for_each_finding_and_the_verdict() -> None:
    assert _text(REPORT, verbosity=-1).splitlines() == [
        f"migrations/0007.sql:31:5: error DRF005 trigger-state-changed: {TRIGGER.message}",
        "warning DRF003 function-body-changed: function public.f() does not run its newest body",
        "BROKEN: 1 error, 1 warning",
    ]


def test_quiet_still_says_why_something_could_not_be_checked() -> None:
    report = Report("check", could_not_check=("replay: no binaries",))
    assert _text(report, verbosity=-1).splitlines()[0] == "could not check: replay: no binaries"


def test_colour_is_there_only_when_asked_for() -> None:
    assert "\x1b[1;31merror\x1b[0m" in _text(REPORT, color=True)
    assert "\x1b" not in _text(REPORT)


HOSTILE = "\x1b]0;pwned\x07\x1b[2J\x1b[31mKEPT\x9b0m\r\u202etxt\u2066\u200b\u2028\x7f\ud800"


def test_what_a_terminal_would_act_upon_is_shown_instead() -> None:
    shown = visible(HOSTILE)
    assert shown == (
        "\\x1b]0;pwned\\x07\\x1b[2J\\x1b[31mKEPT\\x9b0m\\r\\u202etxt\\u2066\\u200b\\u2028\\x7f\\ud800"
    )
    assert visible('näme 表 public."o\'k"\t') == 'näme 表 public."o\'k"\t'


def _hostile_report(text: str) -> Report:
    found = Finding(
        code="DRF003",
        name="function-body-changed",
        severity=Severity.ERROR,
        message=text,
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
    return Report(
        "check",
        findings=(found,),
        checked={text: 1},
        not_checked=(text,),
        notes=(text,),
        could_not_check=(text,),
    )


@given(st.text(st.characters()).map(lambda text: HOSTILE + text))
def test_nothing_hostile_leaves_a_text_report(text: str) -> None:
    for verbosity in (-1, 0, 1):
        out = _text(_hostile_report(text), verbosity=verbosity)
        assert {c for c in out if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")} <= {"\n", "\t"}
    coloured = re.sub(r"\x1b\[[0-9;]*m", "", _text(_hostile_report(text), color=True))
    assert "\x1b" not in coloured
    assert "\n" not in finding_line(_hostile_report(text).findings[0])


@given(st.text(st.characters()))
def test_a_name_cannot_forge_a_verdict(text: str) -> None:
    report = Report(
        "check", findings=(Finding("X", "x", Severity.ERROR, "m", actual=f"a\nKEPT: no findings{text}"),)
    )
    verdicts = [line for line in _text(report).splitlines() if line.startswith(("KEPT", "BROKEN"))]
    assert verdicts == ["BROKEN: 1 error"]


def test_a_forged_colour_ends_with_its_line() -> None:
    page = Page(80, color=True)
    page.line(("red", "a\x1b[0m"), "b")
    assert page.text() == "\x1b[1;31ma\\x1b[0m\x1b[0mb\n"


def test_counts_are_english() -> None:
    nouns = ["trigger", "index", "policy", "dedupe key", "sequence", "access", "branch", "criterion"]
    assert [counted(2, noun) for noun in nouns] == [
        "2 triggers",
        "2 indexes",
        "2 policies",
        "2 dedupe keys",
        "2 sequences",
        "2 accesses",
        "2 branches",
        "2 criteria",
    ]
    assert counted(1, "policy") == "1 policy"
    assert counted(0, "policy") == "0 policies"


def test_tables_are_aligned_with_wide_characters() -> None:
    page = Page()
    page.table([("表", "x"), ("abc", "y")])
    assert [width_of(line) for line in page.text().splitlines()] == [6, 6]


# JSON


def test_json_has_the_documented_shape() -> None:
    document = json.loads(REPORTS["json"](REPORT, View()))
    assert document["version"] == 1
    assert document["tool"]["name"] == "auditor"
    assert document["result"] == "broken"
    assert document["checked"] == {"trigger": 3, "function": 5}
    assert (document["not_understood"], document["allowed"]) == (2, 1)
    assert document["findings"][0] == {
        "code": "DRF005",
        "name": "trigger-state-changed",
        "severity": "error",
        "class": "core",
        "kind": "trigger",
        "identity": "on_change on public.documents",
        "field": "enabled",
        "expected": "origin",
        "actual": "disabled",
        "diff": None,
        "message": TRIGGER.message,
        "help": "run the repair",
        "repair": TRIGGER.repair,
        "location": {"file": "migrations/0007.sql", "line": 31, "column": 5},
        "provenance": {"defined_in": "0007", "live_matches": "0007", "written_by": None},
        "fingerprint": TRIGGER.fingerprint,
    }
    assert document["findings"][1]["location"] is None


@given(st.text(st.characters()))
def test_json_carries_any_text_and_is_ascii(text: str) -> None:
    out = REPORTS["json"](_hostile_report(text), View())
    assert out.isascii()
    assert json.loads(out)["findings"][0]["message"] == text


def test_what_a_command_lists_stands_beside_the_findings() -> None:
    report = Report("classify", data={"migrations": [], "summary": {"core": 0}})
    document = json.loads(REPORTS["json"](report, View()))
    assert document["migrations"] == []
    assert document["summary"] == {"core": 0}


def test_a_snapshot_is_a_file_in_its_own_right() -> None:
    text = '{"version": 1, "server_version_num": 180006, "objects": []}\n'
    assert REPORTS["json"](Report("snapshot", data={"document": text}), View()) == text


def test_jsonl_is_one_finding_a_line() -> None:
    lines = REPORTS["jsonl"](REPORT, View()).splitlines()
    assert [json.loads(line)["code"] for line in lines] == ["DRF005", "DRF003"]


def test_jsonl_of_effects_is_one_effect_a_line() -> None:
    report = Report("effects", findings=(TRIGGER,), data={"effects": [{"migration": "1"}, {"migration": "2"}]})
    lines = REPORTS["jsonl"](report, View()).splitlines()
    assert [json.loads(line) for line in lines] == [{"migration": "1"}, {"migration": "2"}]


# Identity


def test_a_fingerprint_depends_on_code_object_and_field_never_on_lines() -> None:
    import dataclasses

    moved = dataclasses.replace(TRIGGER, location=Location("elsewhere.sql", 99), message="in other words")
    assert moved.fingerprint == TRIGGER.fingerprint
    for change in ({"code": "DRF004"}, {"field": "when"}, {"object": ObjectId("trigger", "t on public.x")}):
        assert dataclasses.replace(TRIGGER, **change).fingerprint != TRIGGER.fingerprint
