"""Many statements read at once: by several processes where that pays, which also keeps this one alive.

The parsers of libpg_query are C, and what could end a process is refused before it reaches them (see
:mod:`auditor.sql.grammar`). What is not known yet could still: a process that ends while it reads, or does not
come back, costs the statement that it was reading, which is then `Unknown`. The others are read again.
"""

from __future__ import annotations

import os
import signal
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import IO, Self

import msgspec

from auditor.migrations.cache import collector_paused
from auditor.migrations.effects import Reading, reading_of
from auditor.model.change import Unknown
from auditor.progress import tell

WORTH_IT = 256 * 1024
"""So many characters at least are given to several processes: one needs as long to start as to read half of it."""

MAX_PROCESSES = 16

SECONDS = 120.0
"""How long a process may take for a batch before it is ended; a batch takes less than one."""

BATCH = 32 * 1024
"""Characters of a batch, one longer statement aside."""

_CHILD = "auditor.migrations.reading_child"
_LENGTH = struct.Struct("!Q")  # before each message
_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(tuple[Reading, ...])


def read_texts(texts: Sequence[str], processes: int | None = None) -> list[Reading]:
    """Read each text as :func:`~auditor.migrations.effects.reading_of` does.

    Args:
        texts: SQL statements.
        processes: how many to use at most; None: as many as there are processors.

    Returns:
        The readings in the order of the texts.
    """
    if processes is None:
        processes = _processors()
    if processes < 2 or sum(map(len, texts)) < WORTH_IT:
        return [reading_of(text) for text in texts]
    batches = list(_batches(texts))
    readings: list[Sequence[Reading] | None] = [None] * len(batches)
    left = iter(range(len(batches)))
    lock = threading.Lock()
    done: list[int] = []

    def work() -> None:
        with _Process() as process:
            while True:
                with lock:
                    number = next(left, None)
                if number is None:
                    return
                readings[number] = _read_batch(process, batches[number])
                with lock:
                    done.append(number)
                tell("parts of the migrations read", len(done), len(batches))

    count = min(processes, MAX_PROCESSES, len(batches))
    with collector_paused(), ThreadPoolExecutor(count) as pool:
        try:
            for worker in [pool.submit(work) for _ in range(count)]:
                worker.result()
        except BaseException:
            left = iter(())  # nothing more is begun: an interruption waits for the batches in work only
            raise
    found: list[Reading] = []
    for batch, read in zip(batches, readings, strict=True):
        found += read if read is not None else map(reading_of, batch)
    return found


def send(stream: IO[bytes], message: bytes) -> None:
    """Write one message to the other process."""
    stream.write(_LENGTH.pack(len(message)) + message)
    stream.flush()


def receive(stream: IO[bytes]) -> bytes | None:
    """The next message of the other process; None if it has ended."""
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    message = stream.read(length)
    return message if len(message) == length else None


# Private


class _Ended(Exception):
    """The process ended, or was ended, before it had answered; says how."""


class _Process:
    """A process that reads, started anew when it has ended."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def read(self, texts: Sequence[str]) -> Sequence[Reading] | None:
        """What the process reads; None if it cannot be started, or if reading raises an exception.

        Raises:
            _Ended: nobody knows.
        """
        if self._process is None and not self._start():
            return None
        answer = self._ask(_ENCODER.encode(texts))
        if answer is None:
            raise _Ended(_manner(self._end()))
        return _DECODER.decode(answer) if answer else None

    def _start(self) -> bool:
        package = str(Path(__file__).parents[2])
        # The parsers are found where this process has found them, whatever the working directory holds.
        paths = [path for path in (package, *sys.path) if path]
        program = f"import sys; sys.path[:] = {paths!r}; from {_CHILD} import main; main()"
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-c", program],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        except OSError:
            return False
        if self._ask(None) is None:
            self._end()
            return False
        return True

    def _ask(self, message: bytes | None) -> bytes | None:
        process = self._process
        assert process is not None  # noqa: S101 -- started
        assert process.stdin is not None  # noqa: S101 -- PIPE
        assert process.stdout is not None  # noqa: S101
        late = threading.Timer(SECONDS, process.kill)
        late.daemon = True
        late.start()
        try:
            if message is not None:
                send(process.stdin, message)
            return receive(process.stdout)
        except OSError:
            return None
        finally:
            late.cancel()

    def _end(self) -> int:
        process, self._process = self._process, None
        if process is None:
            return 0
        for stream in (process.stdin, process.stdout):
            with suppress(OSError):
                if stream is not None:
                    stream.close()
        try:
            return process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait()


def _read_batch(process: _Process, texts: Sequence[str]) -> Sequence[Reading] | None:
    try:
        return process.read(texts)
    except _Ended as ended:
        if len(texts) == 1:
            detail = f"reading it ended the process that read it ({ended})"
            return [Reading((Unknown(detail=detail, text=texts[0], certainty="unknown"),))]
    singly = [_read_batch(process, [text]) for text in texts]
    return [reading for one in singly if one is not None for reading in one] if None not in singly else None


def _batches(texts: Sequence[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    size = 0
    for text in texts:
        batch.append(text)
        size += len(text)
        if size >= BATCH:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _processors() -> int:
    """How many processors this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # macOS, Windows
        return os.cpu_count() or 1


def _manner(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"
