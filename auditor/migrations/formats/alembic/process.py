"""Starts the programs that run revisions, and keeps what they do away from this process.

Revisions are code: they may hang, exit, crash the interpreter, print, or try to reach a database.
"""

from __future__ import annotations

import json
import os
import queue
import re
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Generator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

Message = list[Any]


class ChildEnded(Exception):
    """The program ended, or was ended, before it was done.

    Attributes:
        reason: why; completes "the process ...".
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def messages(module: str, request: Mapping[str, Any], directory: Path, seconds: float) -> Generator[Message]:
    """Run a module of this package in a process of its own, and yield what it sends.

    The process has no database to go to: variables that name one are changed or left out. It is ended, with
    whatever it has started, when the iterator is closed.

    Args:
        module: with a `main()`, which gets the request as JSON on standard input.
        request: as the module expects it.
        directory: where the process runs.
        seconds: how long it may be silent.

    Raises:
        ChildEnded: it was silent for too long, or ended with an error.
    """
    package = Path(__file__).parents[3]
    # The package is found last, so that nothing beside it hides what the revisions mean to import.
    start = f"import sys; sys.path.append({str(package)!r}); from {module} import main; main()"
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            [sys.executable, "-P", "-c", start],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            cwd=directory,
            env=without_databases(os.environ),
            start_new_session=True,
        )
        try:
            assert process.stdin is not None  # noqa: S101 -- PIPE
            assert process.stdout is not None  # noqa: S101
            with suppress(BrokenPipeError):
                process.stdin.write(json.dumps(request).encode())
                process.stdin.close()
            lines = _lines(process.stdout)
            while True:
                try:
                    line = lines.get(timeout=seconds)
                except queue.Empty:
                    raise ChildEnded(f"was silent for {seconds:g} s") from None
                if line is None:
                    break
                yield json.loads(line)
            code = process.wait()
            if code != 0:
                raise ChildEnded(_ending(code, errors))
        finally:
            _end(process)


def without_databases(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment for a program that must not find a database, though it may insist on being told of one."""
    changed = {
        name: _DATABASE_URL.sub(_NOWHERE, value) for name, value in environment.items() if name not in _LIBPQ
    }
    # Bytecode files would change the directory that is being read; sets must not change the order of things.
    return changed | {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0"}


# Private

_DATABASE_URL = re.compile(
    r"^(postgres(?:ql)?|mysql|mariadb|mssql|oracle|cockroachdb)(\+\w+)?://.*", re.IGNORECASE | re.DOTALL
)
_NOWHERE = r"\1\2://nobody@127.0.0.1:1/none"  # port 1 refuses
_LIBPQ_NAMES = "PGHOST PGHOSTADDR PGPORT PGDATABASE PGUSER PGPASSWORD PGPASSFILE PGSERVICE PGSERVICEFILE PGOPTIONS"
_LIBPQ = frozenset(_LIBPQ_NAMES.split())


def _lines(stream: IO[bytes]) -> queue.Queue[bytes | None]:
    """The lines of a stream as they come, then None."""
    lines: queue.Queue[bytes | None] = queue.Queue()

    def read() -> None:
        with suppress(ValueError, OSError):
            for line in stream:
                lines.put(line)
        lines.put(None)

    threading.Thread(target=read, daemon=True).start()
    return lines


def _end(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError, PermissionError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    process.wait()
    if process.stdout is not None:
        process.stdout.close()


def _ending(code: int, errors: IO[bytes]) -> str:
    if code < 0:
        return f"was ended by {signal.Signals(-code).name}"
    errors.seek(0, os.SEEK_END)
    errors.seek(max(0, errors.tell() - 4000))
    tail = errors.read().decode("utf-8", "replace").strip().splitlines()
    last = f", after {tail[-1].strip()[:300]!r}" if tail else ""
    return f"ended with exit code {code}{last}"
