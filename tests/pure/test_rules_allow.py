"""Exceptions: they let pass exactly what they name, and are held to account."""

import datetime

import pytest

from auditor.declaration.document import Allowance, Text
from auditor.model import Finding, Location, ObjectId
from auditor.rules import BY_CODE
from auditor.rules.allow import sift

TODAY = datetime.date(2026, 11, 23)
ALL = frozenset(BY_CODE)


def _finding(identity: str = "public.jobs", code: str = "CLS001", file: str = "migrations/1.sql") -> Finding:
    return BY_CODE[code].finding("x", object=ObjectId("table", identity), location=Location(file))


def _allowance(
    object_: str | None = "table public.jobs",
    *,
    code: str = "CLS001",
    file: str | None = None,
    until: datetime.date | None = None,
) -> Allowance:
    return Allowance(
        code=Text(code),
        object=Text(object_) if object_ else None,
        file=Text(file) if file else None,
        reason=Text("because"),
        until=until,
        location=Location("classifications.yaml", 9, 5),
    )


def test_what_is_named_passes_and_is_counted() -> None:
    sifted = sift([_finding(), _finding("public.other")], [_allowance()], today=TODAY, evaluated=ALL)
    assert [f.object.identity for f in sifted.findings if f.object] == ["public.other"]
    assert len(sifted.allowed) == 1


@pytest.mark.parametrize(
    ("pattern", "passes"),
    [
        ("table public.jobs", True),
        ("table public.job", False),
        ("table public.*", True),
        ("table public.job?", True),
        ("* public.jobs", True),
        ("index public.jobs", False),
        ("table public.jobs*", True),
        ("table publicxjobs", False),
    ],
)
def test_only_star_and_question_mark_are_wild(pattern: str, *, passes: bool) -> None:
    sifted = sift([_finding()], [_allowance(pattern)], today=TODAY, evaluated=ALL)
    assert bool(sifted.allowed) is passes


def test_brackets_are_a_part_of_the_name() -> None:
    found = BY_CODE["DRF003"].finding("x", object=ObjectId("function", "public.f(integer[])"))
    entry = _allowance("function public.f(integer[])", code="DRF003")
    assert sift([found], [entry], today=TODAY, evaluated=ALL).allowed == (found,)


@pytest.mark.parametrize(
    ("glob", "passes"),
    [
        ("migrations/1.sql", True),
        ("migrations/*", True),
        ("*", False),
        ("**", True),
        ("**/1.sql", True),
        ("migrations/**/1.sql", True),
        ("other/**", False),
    ],
)
def test_a_file_is_named_by_a_glob(glob: str, *, passes: bool) -> None:
    sifted = sift([_finding()], [_allowance(None, file=glob)], today=TODAY, evaluated=ALL)
    assert bool(sifted.allowed) is passes


def test_object_and_file_must_both_match() -> None:
    entry = _allowance(file="other/**")
    assert sift([_finding()], [entry], today=TODAY, evaluated=ALL).allowed == ()


def test_another_rule_is_not_let_pass() -> None:
    sifted = sift([_finding(code="DRF001")], [_allowance()], today=TODAY, evaluated=ALL)
    assert sorted(f.code for f in sifted.findings) == ["CFG002", "DRF001"]


def test_an_unused_entry_is_a_finding_at_its_line() -> None:
    (found,) = sift([], [_allowance()], today=TODAY, evaluated=ALL).findings
    assert found.code == "CFG002"
    assert found.location == Location("classifications.yaml", 9, 5)
    assert "table public.jobs" in found.message


def test_an_entry_for_a_rule_that_was_not_looked_at_is_left_alone() -> None:
    entry = _allowance(code="DRF001")
    assert sift([], [entry], today=TODAY, evaluated={"CLS001"}).findings == ()


def test_an_entry_for_a_rule_that_does_not_exist_is_a_finding() -> None:
    (found,) = sift([], [_allowance(code="XXX001")], today=TODAY, evaluated=()).findings
    assert found.code == "CFG002"
    assert "no rule has the code XXX001" in found.message


def test_an_expired_entry_lets_nothing_pass_and_is_a_finding() -> None:
    entry = _allowance(until=TODAY - datetime.timedelta(days=1))
    sifted = sift([_finding()], [entry], today=TODAY, evaluated=ALL)
    assert sorted(f.code for f in sifted.findings) == ["CFG003", "CLS001"]
    assert sifted.allowed == ()


def test_an_entry_holds_on_its_last_day() -> None:
    assert sift([_finding()], [_allowance(until=TODAY)], today=TODAY, evaluated=ALL).allowed
