# ruff: noqa: SLF001 -- frames
"""What the programs that run revisions have in common. Loaded in a process of its own: revisions are code.

Revisions may print, exit, replace `sys.stdout` or start threads. The messages for the parent therefore go to a
copy of the original standard output that nobody else knows, one JSON array a line.
"""

from __future__ import annotations

import ast
import importlib.util
import json
import os
import re
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from types import CodeType, FrameType, ModuleType
from typing import Any, Protocol, TextIO

Span = tuple[int, int, int, int]
"""Line, end line, column, end column of an expression as in `ast`: lines from 1, columns from 0 in UTF-8 bytes."""

HEADER = ("revision", "down_revision", "depends_on", "branch_labels")
"""What a revision's file says about its place among the others."""


class NeedsADatabase(BaseException):
    """A revision asks what only a database can tell. No `except Exception` of a revision may swallow it."""


def take_stdout() -> Callable[..., None]:
    """Keep the original standard output for messages; whatever else writes to it writes to nowhere.

    Returns:
        A function that sends its arguments as one message.
    """
    channel: TextIO = os.fdopen(os.dup(1), "w", encoding="ascii")
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 0)
    sys.stdin = Path(os.devnull).open(encoding="utf-8")  # noqa: SIM115 -- open for as long as the process lives

    def send(*message: object) -> None:
        channel.write(json.dumps(message) + "\n")
        channel.flush()

    return send


def load_module(path: str) -> ModuleType:
    """Execute a revision's file, under the module name that Alembic gives it."""
    name = re.sub(r"\W", "_", Path(path).name)
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"cannot load {path}")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def read_header(path: str) -> dict[str, Any]:
    """`revision`, `down_revision`, `depends_on`, `branch_labels` of a file where they are plain constants.

    The file is not executed; broken Python is searched line by line.
    """
    source = Path(path).read_bytes()
    found: dict[str, Any] = {}
    for name, value in _assignments(source):
        if name in HEADER:
            try:
                found[name] = ast.literal_eval(value)
            except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
                found.pop(name, None)
    return found


def positions(path: str) -> list[Span]:
    """Which expressions of a file are being evaluated right now, innermost first."""
    found = []
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        if frame.f_code.co_filename == path:
            found.append(_span(frame.f_code, frame.f_lasti, frame.f_lineno))
        frame = frame.f_back
    return found


class HasPlace(Protocol):
    """Something that notes statements: `place` is where the one that is running comes from, if not from here."""

    place: list[Span] | None


def batches_with_places(path: str | Callable[[], str], notes: HasPlace) -> None:
    """Let a statement of `batch_alter_table()` have the place of its own call.

    The operations of a batch are only noted, and carried out where its `with` block ends.

    Args:
        path: the revision's file, or a function that tells it.
        notes: told the place of each operation while it is carried out.
    """
    from alembic.operations.batch import BatchOperationsImpl

    class Batch(list[Any]):
        def append(self, item: Any) -> None:
            list.append(self, (item, positions(path if isinstance(path, str) else path())))

        def __iter__(self) -> Iterator[Any]:
            try:
                for item, place in super().__iter__():
                    notes.place = place
                    yield item
            finally:
                notes.place = None

    implementation: Any = BatchOperationsImpl
    original = implementation.__init__

    def initialise(self: Any, *arguments: Any, **named: Any) -> None:
        original(self, *arguments, **named)
        self.batch = Batch()

    implementation.__init__ = initialise


def describe(error: BaseException, path: str) -> tuple[str, int]:
    """What went wrong in a revision, in one line, and the line of its file (1 if that cannot be told)."""
    line = 1
    for entry in traceback.extract_tb(error.__traceback__):
        if entry.filename == path and entry.lineno:
            line = entry.lineno
    if isinstance(error, SyntaxError) and error.filename == path and error.lineno:
        line = error.lineno
    text = " ".join(str(error).split())
    if len(text) > 300:
        text = text[:300] + "..."
    return f"{type(error).__name__}: {text}" if text else type(error).__name__, line


def watch_files(root: str) -> set[str]:
    """The files below a directory that are opened from now on: what is rendered may depend on them."""
    opened: set[str] = set()
    below = _files_below(root)

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open" and isinstance(arguments[0], str):
            opened.update(below([arguments[0]]))

    sys.addaudithook(watch)
    return opened


def loaded_files(root: str) -> set[str]:
    """The modules below a directory; those that Python had compiled before were not opened."""
    names = [getattr(module, "__file__", None) for module in list(sys.modules.values())]
    return set(_files_below(root)([name for name in names if isinstance(name, str)]))


# Private


def _files_below(root: str) -> Callable[[Iterable[str]], list[str]]:
    """Picks the files below a directory, but for what is installed or compiled there."""
    prefix = f"{root.rstrip(os.sep)}{os.sep}"

    def below(names: Iterable[str]) -> list[str]:
        # No Path is made here: this runs while files are being opened.
        paths = [name if name.startswith(os.sep) else f"{os.getcwd()}{os.sep}{name}" for name in names]  # noqa: PTH109
        return [path for path in paths if path.startswith(prefix) and not _NOT_OWN.search(path)]

    return below


_NOT_OWN = re.compile(r"[/\\](?:__pycache__|site-packages|dist-packages)[/\\]")
_HEADER_LINE = re.compile(rb"^(\w+)\s*(?::[^=\n]+)?=\s*(.+)$", re.MULTILINE)


def _assignments(source: bytes) -> Iterator[tuple[str, Any]]:
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        for match in _HEADER_LINE.finditer(source):
            yield match[1].decode("ascii", "replace"), match[2].decode("utf-8", "replace").strip()
        return
    for node in tree.body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
            yield node.target.id, node.value
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    yield target.id, node.value


def _span(code: CodeType, instruction: int, line: int) -> Span:
    start, end, column, end_column = next(islice(code.co_positions(), instruction // 2, None), (None,) * 4)
    if start is None or end is None or column is None or end_column is None:
        return line, line, 0, 0
    return start, end, column, end_column
