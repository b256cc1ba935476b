"""Guards held against accesses, the baseline of `mode: compat`, the record of runs."""

import datetime
import json
from pathlib import Path

import pytest

from auditor import globs
from auditor.audits.parts.record import Recorded, read_record, record_run, zero_for, zero_since
from auditor.config import Settings
from auditor.contract.baseline import BASELINE, compare, read_baseline, write_baseline
from auditor.contract.breach import Breach
from auditor.contract.compat import compat_counts
from auditor.contract.guards import Judged, judge
from auditor.declaration.base import Text
from auditor.declaration.guards import Guard
from auditor.declaration.load import load
from auditor.errors import ConfigurationError, CouldNotCheck
from auditor.model import Report, Severity
from auditor.source.model import SourceAccess, SourceFile
from auditor.source.read import ReadFile


def access(action: str, name: str | None, schema: str | None = None, **more: object) -> SourceAccess:
    verb = {"read": "select", "write": "insert", "call": "rpc"}[action]
    return SourceAccess(action=action, verb=verb, via="sql", line=1, column=1, name=name, schema=schema, **more)  # type: ignore[arg-type]


def file(path: str, *accesses: SourceAccess) -> ReadFile:
    return ReadFile(path, accesses, SourceFile(accesses))


def guard(files: str = "services/**", **keys: object) -> Guard:
    known = {
        key: Text(value) if isinstance(value, str) and key in ("table", "function") else value
        for key, value in keys.items()
    }
    return Guard(files=Text(files), **known)  # type: ignore[arg-type]


def broken(one: Guard, *files: ReadFile, **more: object) -> list[str]:
    return [violation.place for violation in judge([one], files, **more).violations]  # type: ignore[arg-type]


JOBS = "public.executor_jobs"


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("services/**", "services/a/b.ts", True),
        ("services/**", "services.ts", False),
        ("**/*.ts", "a.ts", True),
        ("**/*.ts", "x/y/a.ts", True),
        ("services/*.ts", "services/x/a.ts", False),
        ("services/*/a.ts", "services/x/a.ts", True),
        ("src/[ab].ts", "src/a.ts", True),
        ("src/[!ab].ts", "src/a.ts", False),
        ("src/?.ts", "src/ab.ts", False),
    ],
)
def test_globs(pattern: str, path: str, matches: bool) -> None:
    assert globs.matches(pattern, path) == matches


def test_a_plain_path_means_a_file_or_all_below_a_directory() -> None:
    for pattern, count in (("services", 1), ("services/a.ts", 1), ("service", 0)):
        one = guard(pattern, forbid="write", table=JOBS)
        assert len(broken(one, file("services/a.ts", access("write", "executor_jobs")))) == count


def test_forbid_is_about_the_files_that_it_names_and_the_action() -> None:
    one = guard(forbid="write", table=JOBS)
    assert broken(one, file("services/a.ts", access("write", "executor_jobs"))) == ["insert in services/a.ts"]
    assert broken(one, file("services/a.ts", access("read", "executor_jobs"))) == []
    assert broken(one, file("web/a.ts", access("write", "executor_jobs"))) == []
    assert broken(one, file("services/a.ts", access("write", "executor_jobs_old"))) == []


def test_allow_only_is_about_all_other_files_but_those_excluded() -> None:
    one = guard("services/decision/**", allow_only="call", function="claim_jobs", excluded=(Text("tests/**"),))
    files = [
        file(f"{place}/a.ts", access("call", "claim_jobs")) for place in ("services/decision", "web", "tests")
    ]
    assert broken(one, *files) == ["rpc in web/a.ts"]


def test_a_name_without_schema_lies_in_the_search_path() -> None:
    one = guard(forbid="write", table=JOBS)
    assert broken(one, file("services/a.ts", access("write", "executor_jobs", "public")))
    assert not broken(one, file("services/a.ts", access("write", "executor_jobs", "other")))
    assert not broken(one, file("services/a.ts", access("write", "executor_jobs")), search_path=("app",))
    assert broken(one, file("services/a.ts", access("write", "executor_jobs")), search_path=("app", "public"))


def test_wildcards_and_argument_lists_in_names() -> None:
    assert broken(
        guard(forbid="call", function="public.claim_*"), file("services/a.ts", access("call", "claim_x"))
    )
    one = guard(forbid="call", function="claim_jobs(integer, text)")
    found = judge(
        [one], [file("services/a.ts", access("call", "claim_jobs"))], functions=["public.claim_jobs(integer,text)"]
    )
    assert str(found.violations[0].object) == "function public.claim_jobs(integer,text)"


def unclear(one: Guard, *accesses: SourceAccess) -> int:
    return len(judge([one], [file("services/a.ts", *accesses)]).unclear)


def test_what_is_not_understood_is_told_where_it_may_matter() -> None:
    dynamic = access("write", None, detail="the name is x")
    assert unclear(guard(forbid="write", table=JOBS), dynamic) == 1
    assert unclear(guard(forbid="read", table=JOBS), dynamic) == 0
    assert unclear(guard("web/**", forbid="write", table=JOBS), dynamic) == 0
    assert unclear(guard(forbid="write", table=JOBS), access("write", None, "other", detail="x")) == 0
    method = access("read", "executor_jobs", detail="the method of the request is not known")
    assert unclear(guard(forbid="write", table=JOBS), method) == 1


def test_a_guard_without_files() -> None:
    found = judge([guard("sevices/**", forbid="write", table=JOBS)], [file("services/a.ts")])
    assert [one.files for one in found.without_files] == ["sevices/**"]


def compat(*accesses: SourceAccess) -> Judged:
    return judge([guard(forbid="write", table=JOBS, mode="compat")], [file("services/a.ts", *accesses)])


def test_the_baseline_counts_what_was_there_and_fails_what_is_new(tmp_path: Path) -> None:
    old = access("write", "executor_jobs", within="enqueue")
    assert write_baseline(tmp_path, compat(old, old).violations) == 2
    baseline = read_baseline(tmp_path)
    assert [one.count for one in baseline] == [2]

    moved = SourceAccess(**{**{f: getattr(old, f) for f in old.__struct_fields__}, "line": 99})
    same = compare(compat(moved, old).violations, baseline)
    assert (len(same.counted), len(same.failing), same.stale) == (2, 0, ())

    third = compare(compat(old, old, old).violations, baseline)
    assert (len(third.counted), len(third.failing), sorted(third.new)) == (2, 1, [0])

    elsewhere = compare(compat(access("write", "executor_jobs", within="other")).violations, baseline)
    assert (len(elsewhere.counted), len(elsewhere.failing)) == (0, 1)
    assert [(known.count, count) for known, count in elsewhere.stale] == [(2, 0)]

    assert write_baseline(tmp_path, ()) == 0
    assert (tmp_path / BASELINE).read_text() == ""


def test_without_a_baseline_compat_fails_like_strict(tmp_path: Path) -> None:
    found = compare(compat(access("write", "executor_jobs")).violations, read_baseline(tmp_path))
    assert (len(found.failing), len(found.counted)) == (1, 0)


def test_a_baseline_of_a_strict_guard_is_stale(tmp_path: Path) -> None:
    old = access("write", "executor_jobs")
    write_baseline(tmp_path, compat(old).violations)
    strict = judge([guard(forbid="write", table=JOBS)], [file("services/a.ts", old)])
    found = compare(strict.violations, read_baseline(tmp_path))
    assert (len(found.failing), len(found.stale), found.new) == (1, 1, frozenset())


def test_a_broken_baseline_is_told_by_line(tmp_path: Path) -> None:
    path = tmp_path / BASELINE
    path.parent.mkdir()
    path.write_text('\n{"guard": 1}\n[]\n')
    with pytest.raises(ConfigurationError) as caught:
        read_baseline(tmp_path)
    assert [problem.line for problem in caught.value.problems] == [2, 3]


DAY = datetime.timedelta(days=1)
START = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)


def runs(*counts: int | None, result: str = "kept") -> tuple[Recorded, ...]:
    """One a day; None is a run that could not check."""
    return tuple(
        Recorded(START + at * DAY, None, "could-not-check" if count is None else result, {"g": count or 0})
        for at, count in enumerate(counts)
    )


def test_since_when_a_count_is_zero() -> None:
    assert zero_since(runs(1, 0, 0), "g") == START + DAY
    assert zero_since(runs(0, 1), "g") is None
    assert zero_since(runs(0, None, 0), "g") == START + 2 * DAY
    assert zero_since(runs(0, 0), "another") is None
    assert zero_since((), "g") is None


def test_zero_for_some_days_needs_a_recent_run() -> None:
    found = runs(3, 0, 0, 0)
    assert zero_for(found, "g", 2, START + 3 * DAY)
    assert not zero_for(found, "g", 3, START + 3 * DAY)
    assert not zero_for(found, "g", 2, START + 5 * DAY)


def test_a_run_is_recorded_and_read_again(tmp_path: Path) -> None:
    made = Report("guard", data={"guards": [{"guard": "g", "violations": 2}], "compat": {"trigger t": 1}})
    path = tmp_path / "records" / "runs.jsonl"
    for at in (START + DAY, START):
        record_run(path, made, Settings(tmp_path), at)
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert lines[0]["result"] == "kept"
    assert lines[0]["revision"] is None
    found = read_record(path)
    assert [one.at for one in found] == [START, START + DAY]
    assert found[0].counts == {"g": 2, "trigger t": 1}


@pytest.mark.parametrize("text", ["{}", "nonsense", '{"at": "2026-01-01", "guards": {}, "compat": {}}', "[1]"])
def test_a_broken_record_is_no_answer(tmp_path: Path, text: str) -> None:
    path = tmp_path / "runs.jsonl"
    path.write_text(text + "\n")
    with pytest.raises(CouldNotCheck, match=r"runs.jsonl:1: "):
        read_record(path)


def test_a_record_that_is_not_there_is_no_answer(tmp_path: Path) -> None:
    with pytest.raises(CouldNotCheck):
        read_record(tmp_path / "none.jsonl")


def test_every_compat_entry_has_a_count(tmp_path: Path) -> None:
    path = tmp_path / "classifications.yaml"
    path.write_text(
        "version: 1\n"
        "contract:\n"
        "  triggers:\n"
        "    - {name: a on public.t, function: public.f(), mode: compat}\n"
        "    - {name: b on public.t, function: public.f(), mode: compat}\n"
        "    - {name: c on public.t, function: public.f()}\n"
    )
    contract = load(path).contract
    first = contract.triggers[0]
    breaches = [Breach("trigger-contract", "x", Severity.WARNING, compat=True, entry=first.location)] * 2
    assert compat_counts(contract, breaches) == {"trigger a on public.t": 2, "trigger b on public.t": 0}
