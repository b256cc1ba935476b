"""How a report is looked at: what a reader asked for, never what was found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from auditor.model import Report, Severity


@dataclass(frozen=True, slots=True)
class View:
    """The reader's wishes.

    Attributes:
        fail_on: the least severity that makes the verdict `broken`.
        color: whether to use ANSI colours.
        width: columns of a text report.
        verbosity: -1 findings in one line each and the verdict; 1 and more: tell everything.
        prefix: the directory to which places are relative, seen from the repository's root: empty, or a path
            with a slash at its end.
        anchor: file of the configuration, relative as places are, or None: where a platform shows what stands in
            no file.
    """

    fail_on: Severity = Severity.ERROR
    color: bool = False
    width: int = 80
    verbosity: int = 0
    prefix: str = ""
    anchor: str | None = None


Renderer = Callable[[Report, View], str]
"""A report as text that ends with a newline; pure."""
