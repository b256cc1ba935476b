"""Findings about what was not understood: grouped so that a thousand of the same do not drown the rest."""

from auditor.model import Effect, Location, Migration, Severity
from auditor.rules.reading import needs_a_database, not_understood


def _unknown(number: int, *, file: str = "a.sql", detail: str = "EXECUTE", inside: str | None = None) -> Effect:
    return Effect(
        migration=file.removesuffix(".sql"),
        location=Location(file, number),
        statement=number,
        action="unknown",
        object=None,
        certainty="unknown",
        inside=inside,
        detail=detail,
    )


def test_a_thousand_of_the_same_in_one_file_are_one_finding() -> None:
    (found,) = not_understood.check(_unknown(n) for n in range(1, 1001))
    assert found.location == Location("a.sql", 1)
    assert found.actual == "1000 times: a.sql:1, a.sql:2, a.sql:3 and 997 more"


def test_different_files_and_reasons_are_told_apart() -> None:
    effects = [_unknown(1), _unknown(2, detail="other"), _unknown(3, file="b.sql")]
    assert len(list(not_understood.check(effects))) == 3


def test_the_same_reason_in_very_many_files_is_one_finding() -> None:
    effects = [_unknown(1, file=f"{n}.sql") for n in range(not_understood.MOST_FILES + 1)]
    (found,) = not_understood.check(effects)
    assert found.actual is not None
    assert found.actual.startswith("11 times: 0.sql:1")


def test_the_fingerprint_does_not_depend_on_how_many_there_are_or_where() -> None:
    (one,) = not_understood.check([_unknown(1)])
    (two,) = not_understood.check([_unknown(7), _unknown(9)])
    assert one.fingerprint == two.fingerprint


def test_what_a_function_might_do_is_a_note() -> None:
    (found,) = not_understood.check([_unknown(1, inside="public.f()")])
    assert found.severity is Severity.NOTE
    assert "when public.f() is called" in found.message
    (in_do,) = not_understood.check([_unknown(1, inside="do")])
    assert in_do.severity is Severity.WARNING


def test_what_is_understood_is_no_finding() -> None:
    effect = Effect("a", Location("a.sql"), 1, "call", None, certainty="conditional")
    assert list(not_understood.check([effect])) == []


def test_a_revision_that_reads_rows_is_settled_by_a_replay() -> None:
    migrations = [
        Migration("0001", "0001.py", "alembic", ()),
        Migration("0002", "0002.py", "alembic", (), line=12, unreadable="it reads rows"),
    ]
    (found,) = needs_a_database.check(migrations)
    assert found.location == Location("0002.py", 12)
    assert list(needs_a_database.check(migrations, {"0002"})) == []
