"""Progress: shown to whoever waits at a terminal, taken away behind it, and otherwise not at all."""

from __future__ import annotations

import io
import logging
import threading

import pytest

from auditor.cli.progress import CLEAR, OFTEN, PATIENCE, SELDOM, progress
from auditor.progress import shown, tell


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_nobody_is_told_where_nobody_looks() -> None:
    tell("things", 1, 2)
    found: list[tuple[str, int, int]] = []
    with shown(lambda *told: found.append(told)):
        tell("things", 1, 2)
    tell("things", 2, 2)
    assert found == [("things", 1, 2)]


def test_a_line_comes_after_a_while_not_too_often_and_goes_again() -> None:
    terminal, clock = Terminal(), Clock()
    with progress(0, terminal, {}, clock):
        tell("things done", 1, 300)
        assert terminal.getvalue() == ""
        clock.now += PATIENCE
        tell("things done", 2, 300)
        tell("things done", 3, 300)
        clock.now += OFTEN
        tell("things done", 4, 300)
    assert terminal.getvalue() == f"{CLEAR}2 of 300 things done{CLEAR}4 of 300 things done{CLEAR}"


def test_it_goes_when_the_work_fails() -> None:
    terminal, clock = Terminal(), Clock()

    def work() -> None:
        with progress(0, terminal, {}, clock):
            clock.now += PATIENCE
            tell("things", 1, 2)
            raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        work()
    assert terminal.getvalue().endswith(CLEAR)
    tell("things", 2, 2)
    assert terminal.getvalue().count("of 2") == 1


def test_a_long_text_stays_on_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    terminal, clock = Terminal(), Clock()
    with progress(0, terminal, {}, clock):
        clock.now += PATIENCE
        tell("things of a very long name", 1, 2)
    assert max(map(len, terminal.getvalue().split(CLEAR))) == 19


def test_what_is_logged_does_not_stand_behind_it() -> None:
    terminal, clock = Terminal(), Clock()
    logger = logging.getLogger("auditor")
    with progress(0, terminal, {}, clock):
        clock.now += PATIENCE
        tell("things", 1, 2)
        logger.warning("mind")
        assert terminal.getvalue().endswith(CLEAR)
    assert not logger.filters


@pytest.mark.parametrize(
    ("verbosity", "stream", "environment"),
    [(0, io.StringIO, {}), (0, Terminal, {"CI": "true"}), (0, Terminal, {"TERM": "dumb"}), (-1, Terminal, {})],
)
def test_no_line_where_none_can_be_written_over(
    verbosity: int, stream: type[io.StringIO], environment: dict[str, str]
) -> None:
    output, clock = stream(), Clock()
    with progress(verbosity, output, environment, clock):
        clock.now += PATIENCE
        tell("things", 1, 2)
    assert output.getvalue() == ""


def test_a_log_has_a_line_now_and_then(caplog: pytest.LogCaptureFixture) -> None:
    output, clock = Terminal(), Clock()
    caplog.set_level(logging.INFO, "auditor")
    with progress(1, output, {"CI": "true"}, clock):
        for number in range(1, 1001):
            clock.now += SELDOM / 64
            tell("migrations replayed", number, 1000)
    assert output.getvalue() == ""
    told = [record.getMessage() for record in caplog.records]
    assert told[:2] == ["64 of 1000 migrations replayed", "128 of 1000 migrations replayed"]
    assert len(told) == 1000 // 64


def test_several_threads_may_tell() -> None:
    terminal, clock = Terminal(), Clock()
    with progress(0, terminal, {}, clock):
        clock.now += PATIENCE
        threads = [threading.Thread(target=tell, args=("things", number, 9)) for number in range(9)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert terminal.getvalue().count("things") == 1
