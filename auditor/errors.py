"""The errors of the program, each with the exit code it ends a command with.

A problem *in an input* that leaves the rest readable is not an error but a
:class:`~auditor.model.Finding`. What is raised from here means that the command
cannot answer at all. The exit codes are part of the public interface:
2 usage or configuration, 3 could not check, 70 a defect of the program itself.

All speak in one voice, on one line: what happened, where, and behind a colon or semicolon what to do. `cannot WHAT
WHICH: WHY` for what failed; names and options as they were given; commands in backticks; no full stop.
"""

from __future__ import annotations

from pathlib import Path


class AuditorError(Exception):
    """Anything that ends a command; never raised itself."""

    exit_code = 70


class UsageError(AuditorError):
    """The command line asks for something that cannot be."""

    exit_code = 2


class ConfigurationError(AuditorError):
    """`classifications.yaml`, or a file it names, is wrong.

    Holds every problem found, each with its place, so that one run is enough to mend them all.
    """

    exit_code = 2

    def __init__(self, problems: list[ConfigurationProblem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


class ConfigurationProblem:
    """One thing wrong in a configuration file.

    Args:
        file: the file, as it should be shown.
        line: 1-based, or None if the problem has no line (a missing file).
        column: 1-based, or None.
        message: what is wrong and what to do.
    """

    __slots__ = ("column", "file", "line", "message")

    def __init__(self, file: Path | str, line: int | None, column: int | None, message: str) -> None:
        self.file = file
        self.line = line
        self.column = column
        self.message = message

    def __str__(self) -> str:
        """`file:line:column: message`, leaving out what is not known."""
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)
        return f"{place}: {self.message}"


class CouldNotCheck(AuditorError):
    """The question has no answer now: no connection, no permission, a time-out, nothing to check.

    "Could not check" is never "clean": exit code 3, one clear line, no partial result.
    """

    exit_code = 3


class CatalogChanged(CouldNotCheck):
    """Something was dropped or renamed between two glances at it; a second reading may succeed."""
