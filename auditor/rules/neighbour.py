"""Codes of programs that run beside the rules: squawk's and plpgsql_check's, told under their own names."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Neighbour:
    """What is known of a code that another program gives.

    Attributes:
        code: with the program in front: `squawk/ban-drop-column`.
        name: of the rule, in its program.
        severity: how bad its findings are here, in words: it depends on whose object it is.
        summary: what it says, in one line.
        page: as that of a rule, with the same headings.
    """

    code: str
    name: str
    severity: str
    summary: str
    page: str
