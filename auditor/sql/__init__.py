"""The two parsers, names as PostgreSQL writes them, and what a statement reads and writes.

This module holds the exceptions only, so that importing it loads neither parser.
"""

from __future__ import annotations


class UnreadableSql(ValueError):
    """Text that is refused before, or rejected by, PostgreSQL's grammar.

    A problem of an input: callers turn it into an `Unknown` change or a finding, it never ends a command.

    Attributes:
        message: what is wrong, in one line.
        position: 0-based offset in bytes of the UTF-8 text where it was noticed, or None.
    """

    def __init__(self, message: str, position: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.position = position


class SqlSyntaxError(UnreadableSql):
    """PostgreSQL's grammar rejects the text."""


__all__ = ["SqlSyntaxError", "UnreadableSql"]
