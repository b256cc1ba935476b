"""Progress on stderr: on a terminal one line that is written over and taken away; with -v a line now and then."""

from __future__ import annotations

import logging
import os
import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TextIO

from auditor.progress import shown

PATIENCE = 1.0
"""Seconds before the line is shown: what is soon done needs none."""

OFTEN = 0.1
"""Seconds between two showings on a terminal."""

SELDOM = 10.0
"""Seconds between two lines in a log."""

CLEAR = "\r\x1b[2K"
"""To the beginning of the line, and nothing on it: ECMA-48 8.3.41 (EL)."""

log = logging.getLogger("auditor")


@contextmanager
def progress(
    verbosity: int,
    stream: TextIO | None = None,
    environment: Mapping[str, str] | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[None]:
    """Show how far long work has come, while it lasts.

    Args:
        verbosity: of the run: -1 shows nothing; 1 and more logs.
        stream: where to; stderr.
        environment: of the process.
        clock: seconds.
    """
    stream = sys.stderr if stream is None else stream
    environment = os.environ if environment is None else environment
    if verbosity == 0 and _is_interactive(stream, environment):
        line = Line(stream, clock)
        handler = _Above(line)
        log.addFilter(handler)
        try:
            with shown(line.show):
                yield
        finally:
            log.removeFilter(handler)
            line.clear()
    elif verbosity > 0:
        with shown(Log(clock).show):
            yield
    else:
        yield


class Line:
    """One line of a terminal.

    Args:
        stream: of the terminal.
        clock: seconds.
    """

    def __init__(self, stream: TextIO, clock: Callable[[], float]) -> None:
        self._stream = stream
        self._clock = clock
        self._lock = threading.Lock()
        self._next = clock() + PATIENCE
        self._there = False

    def show(self, what: str, done: int, total: int) -> None:
        """Write how far it is, unless that was done just now."""
        with self._lock:
            now = self._clock()
            if now < self._next:
                return
            self._next = now + OFTEN
            self._there = True
            width = shutil.get_terminal_size().columns
            self._stream.write(CLEAR + f"{done} of {total} {what}"[: max(width - 1, 1)])
            self._stream.flush()

    def clear(self) -> None:
        """Take the line away."""
        with self._lock:
            if self._there:
                self._stream.write(CLEAR)
                self._stream.flush()
                self._there = False


class Log:
    """Lines of a log.

    Args:
        clock: seconds.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._next = clock() + SELDOM

    def show(self, what: str, done: int, total: int) -> None:
        """Log how far it is, unless that was done not long ago."""
        with self._lock:
            now = self._clock()
            if now < self._next:
                return
            self._next = now + SELDOM
        log.info("%d of %d %s", done, total, what)


# Private


class _Above(logging.Filter):
    """What is logged stands above the line, not behind it."""

    def __init__(self, line: Line) -> None:
        super().__init__()
        self._line = line

    def filter(self, record: logging.LogRecord) -> bool:  # noqa: ARG002 - logging's signature
        self._line.clear()
        return True


def _is_interactive(stream: TextIO, environment: Mapping[str, str]) -> bool:
    return stream.isatty() and not environment.get("CI") and environment.get("TERM") != "dumb"
