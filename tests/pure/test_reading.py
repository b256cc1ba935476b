"""Many statements read by several processes: the same as by one, in order, whatever happens to the processes."""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence

import pytest

from auditor.migrations import reading
from auditor.migrations.effects import Reading, changes_of, reading_of
from auditor.model.change import Unknown

STATEMENTS = (
    "CREATE TABLE a (id int PRIMARY KEY)",
    "SELECT count(*) INTO public.b FROM public.a",
    "CREATE TABLE (",
    "INSERT INTO a SELECT 1",
    "DO $$ BEGIN EXECUTE 'DROP TABLE a'; END $$",
)


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "WORTH_IT", 0)
    monkeypatch.setattr(reading, "BATCH", 60)


def test_several_processes_say_what_one_says() -> None:
    texts = [f"{text} -- {number}" for number in range(40) for text in STATEMENTS]
    expected = [reading_of(text) for text in texts]
    assert reading.read_texts(texts, processes=2) == expected
    differing = Reading(reading_of(texts[0]).changes, "one sees a table, one a view")
    assert reading._DECODER.decode(reading._ENCODER.encode([differing])) == (differing,)


def test_a_process_that_ends_costs_one_statement(monkeypatch: pytest.MonkeyPatch) -> None:
    original = reading._Process._ask

    def ask(self: reading._Process, message: bytes | None) -> bytes | None:
        if message is not None and b"deadly" in message:
            assert self._process is not None
            os.kill(self._process.pid, signal.SIGSEGV)
        return original(self, message)

    monkeypatch.setattr(reading._Process, "_ask", ask)
    texts = [*STATEMENTS, "DROP TABLE deadly", *STATEMENTS]
    found = reading.read_texts(texts, processes=2)
    assert [*found[:5], *found[6:]] == [reading_of(text) for text in (*STATEMENTS, *STATEMENTS)]
    (change,) = found[5].changes
    assert isinstance(change, Unknown)
    assert (change.certainty, change.text) == ("unknown", "DROP TABLE deadly")
    assert "SIGSEGV" in change.detail


def test_a_process_that_does_not_come_back_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    original = reading._Process._ask

    def ask(self: reading._Process, message: bytes | None) -> bytes | None:
        if message is not None:
            assert self._process is not None
            os.kill(self._process.pid, signal.SIGSTOP)
            monkeypatch.setattr(reading, "SECONDS", 0.1)
        else:
            monkeypatch.setattr(reading, "SECONDS", 60)
        return original(self, message)

    monkeypatch.setattr(reading._Process, "_ask", ask)
    process = reading._Process()
    with process, pytest.raises(reading._Ended, match="SIGKILL"):
        process.read(["SELECT 1"])


def test_without_processes_it_is_read_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_CHILD", "auditor.no_such_module")
    assert reading.read_texts(STATEMENTS, processes=2) == [reading_of(text) for text in STATEMENTS]


def test_an_exception_is_met_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """A defect of ours must not pass for a statement that is not understood."""
    answers: list[Sequence[str]] = []

    def fail(text: str) -> None:
        answers.append(text)
        raise ZeroDivisionError

    monkeypatch.setattr(reading._Process, "_ask", lambda _, message: b"ready" if message is None else b"")
    monkeypatch.setattr(reading, "reading_of", fail)
    with pytest.raises(ZeroDivisionError):
        reading.read_texts(STATEMENTS, processes=2)
    assert answers == [STATEMENTS[0]]


@pytest.mark.parametrize("levels", [150, 250])
def test_nesting_beyond_the_stack_is_said(levels: int) -> None:
    body = "IF true THEN " * levels + "NULL;" + " END IF;" * levels
    text = f"CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN {body} END $$"
    changes = changes_of(text)
    assert changes
    assert not isinstance(changes[0], Unknown) or "deep" in changes[0].detail
