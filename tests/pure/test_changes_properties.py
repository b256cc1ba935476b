"""Whatever a text holds, reading it gives changes: it never raises and never leaves a broken text unsaid."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.migrations.effects import changes_of, disagreement
from auditor.model.change import Unknown
from auditor.sql import UnreadableSql, grammar

CASES = Path(__file__).parent.parent / "cases" / "changes"


def _statements() -> list[str]:
    found = []
    for path in sorted(CASES.glob("*.sql")):
        data = path.read_bytes()
        found += [data[start:end].decode() for start, end in grammar.split(data.decode())]
    return found


STATEMENTS = _statements()
WORDS = sorted({word for statement in STATEMENTS for word in statement.split()})


def rejection_of(text: str) -> UnreadableSql | None:
    try:
        grammar.parse(text)
    except UnreadableSql as error:
        return error
    return None


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """A statement with words taken out, put in, or replaced, sometimes cut short or joined to another."""
    words = draw(st.sampled_from(STATEMENTS)).split(" ")
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(len(words) - 1, 0)))
        match draw(st.integers(0, 3)):
            case 0:
                words[at : at + 1] = []
            case 1:
                words.insert(at, draw(st.sampled_from(WORDS)))
            case 2:
                words[at : at + 1] = [draw(st.sampled_from(WORDS))]
            case _:
                words = words[: at + 1] + draw(st.sampled_from(STATEMENTS)).split(" ")
    return " ".join(words)


@settings(max_examples=400, deadline=None)
@given(mutated())
def test_mutated_statements(text: str) -> None:
    changes = changes_of(text)
    disagreement(text)
    error = rejection_of(text)
    if error is None:
        assert len(changes) >= len(grammar.parse(text))
    else:
        line = text.encode()[: error.position or 0].count(b"\n")
        assert changes == (Unknown(detail=error.message, text=text, certainty="unknown", line_offset=line),)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60))
def test_any_text(text: str) -> None:
    changes_of(text)
    disagreement(text)


@settings(max_examples=100, deadline=None)
@given(st.sampled_from([one for one in STATEMENTS if "$$" in one]), st.text(max_size=20), st.floats(0, 1))
def test_any_text_within_a_body(statement: str, text: str, where: float) -> None:
    at = statement.index("$$") + 2 + int(where * (statement.rindex("$$") - statement.index("$$") - 2))
    changes_of(statement[:at] + text + statement[at:])


def test_reading_twice_gives_the_same() -> None:
    for statement in STATEMENTS:
        assert changes_of(statement) == changes_of(statement)
