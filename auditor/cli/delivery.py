"""Where reports go, and with which code the program then exits."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from auditor.config import Color, Output, Settings, repository_root
from auditor.errors import CouldNotCheck
from auditor.model import Report, Severity
from auditor.reports import REPORTS, View
from auditor.reports.jsonl import LINES
from auditor.reports.text import UNJUDGED, finding_line

WIDTH = 80
"""Columns of a report that does not go to a terminal."""

WIDEST = 120

UNCHECKED = frozenset({"json", "sarif", "github", "gitlab", "junit", "markdown", "openmetrics"})
"""Formats that can say that there is no answer."""

MOST_OF_A_SUMMARY = 1 << 20
"""Bytes of one step's summary that GitHub shows; it refuses a larger one."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A report as it is written.

    Attributes:
        texts: one for each output asked for.
        said: what goes to stderr beside them.
        code: the exit code: 0 kept, 1 broken, 3 could not check.
    """

    texts: tuple[str, ...]
    said: str
    code: int


def render(report: Report, settings: Settings) -> Rendered:
    """The report in every format that was asked for."""
    return Rendered(
        tuple(REPORTS[output.format](report, view_of(output, settings)) for output in settings.outputs),
        _findings_left_out(report, settings),
        {"kept": 0, "broken": 1, "could-not-check": 3}[report.result(Severity(settings.fail_on))],
    )


def write(rendered: Rendered, settings: Settings) -> int:
    """Write what was rendered everywhere it was asked for.

    Returns:
        the exit code.

    Raises:
        CouldNotCheck: if a place cannot be written to.
    """
    for output, text in zip(settings.outputs, rendered.texts, strict=True):
        _write(text, output.path)
    sys.stderr.write(rendered.said)
    return rendered.code


def deliver(report: Report, settings: Settings) -> int:
    """Both, and what a GitHub workflow shows.

    Returns:
        the exit code.

    Raises:
        CouldNotCheck: if a place cannot be written to.
    """
    code = write(render(report, settings), settings)
    _tell_github(report, settings)
    return code


def deliver_unchecked(error: CouldNotCheck, settings: Settings, command: str) -> None:
    """Give a program that waits for a report one that says so; people read the line on stderr."""
    report = Report(command, could_not_check=(" ".join(str(error).split()),))
    for output in settings.outputs:
        if output.format in UNCHECKED:
            _write(REPORTS[output.format](report, view_of(output, settings)), output.path)
    _tell_github(report, settings)


def wants_color(choice: Color, stream: TextIO, environment: Mapping[str, str]) -> bool:
    """Whether to colour what goes to a stream.

    `--color` decides; then NO_COLOR (https://no-color.org), FORCE_COLOR and CLICOLOR_FORCE, TERM=dumb; in
    CI the services that show colours (their logs are no terminals); else whether it is a terminal.
    """
    if choice != "auto":
        return choice == "always"
    if environment.get("NO_COLOR"):
        return False
    if any(environment.get(name, "0") not in ("", "0") for name in ("FORCE_COLOR", "CLICOLOR_FORCE")):
        return True
    if environment.get("TERM") == "dumb":
        return False
    if environment.get("CI"):
        shown = any(environment.get(name) for name in ("GITHUB_ACTIONS", "GITLAB_CI"))
        return shown and not _is_file(stream)
    return stream.isatty()


def view_of(output: Output, settings: Settings) -> View:
    """How a report is to look at one of the places to which it goes."""
    terminal = output.path is None and sys.stdout.isatty()
    color = (
        wants_color(settings.color, sys.stdout, os.environ) if output.path is None else settings.color == "always"
    )
    return View(
        fail_on=Severity(settings.fail_on),
        color=color,
        width=min(shutil.get_terminal_size().columns, WIDEST) if terminal else WIDTH,
        verbosity=settings.verbosity,
        prefix=_prefix(settings.root),
        anchor=settings.shown(settings.config) if settings.config else None,
    )


# Private


def _prefix(root: Path) -> str:
    """The root of places, seen from the repository's."""
    top = repository_root(root)
    below = root.resolve().relative_to(top).as_posix() if top else "."
    return "" if below == "." else f"{below}/"


def _write(text: str, path: Path | None) -> None:
    if path is None:
        _to_stdout(text)
        return
    path = path.resolve()
    try:
        if path.exists() and not path.is_file():  # a device or a pipe: nothing to put in its place
            path.write_text(text, encoding="utf-8", errors="backslashreplace")
            return
        # Beside its place and then renamed: a reader never sees half a report.
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", errors="backslashreplace", newline="\n", dir=path.parent, delete=False
        ) as file:
            file.write(text)
        Path(file.name).chmod(0o666 & ~_umask())
        Path(file.name).replace(path)
    except OSError as error:
        raise CouldNotCheck(f"cannot write the report to {path}: {error.strerror}") from error


def _to_stdout(text: str) -> None:
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader had enough (`| head`). The verdict stands, and Python must not complain at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        raise CouldNotCheck(f"cannot write the report: {error.strerror}") from error


def _findings_left_out(report: Report, settings: Settings) -> str:
    """Lines of effects or classes have no room for findings; they must not go unseen."""
    if report.command not in LINES or any(output.format != "jsonl" for output in settings.outputs):
        return ""
    return "".join(f"auditor: {finding_line(finding)}\n" for finding in report.findings)


def _tell_github(report: Report, settings: Settings) -> None:
    """In a GitHub workflow a report of findings is shown on the lines it is about, and in the step's summary.

    The runner reads workflow commands on stderr as it does on stdout, which belongs to the report.
    """
    if os.environ.get("GITHUB_ACTIONS") != "true" or report.command in (*LINES, *UNJUDGED):
        return
    formats = {output.format for output in settings.outputs}
    view = view_of(Output("github", None), settings)
    if "github" not in formats:
        sys.stderr.write(REPORTS["github"](report, view))
    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    if summary and "markdown" not in formats:
        text = REPORTS["markdown"](report, view).encode(errors="backslashreplace")
        path = Path(summary)
        with contextlib.suppress(OSError):  # a courtesy; the report itself stands
            if (path.stat().st_size if path.exists() else 0) + len(text) < MOST_OF_A_SUMMARY:
                with path.open("ab") as file:
                    file.write(text)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _is_file(stream: TextIO) -> bool:
    try:
        return stat.S_ISREG(os.fstat(stream.fileno()).st_mode)
    except (OSError, ValueError):
        return False
