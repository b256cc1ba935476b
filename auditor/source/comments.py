"""Inline allowances: the comment `auditor: allow CODE reason`."""

from __future__ import annotations

import re

from auditor.source.model import InlineAllowance

_ALLOW = re.compile(
    r"^\s*(?:--|//|#|/\*+|\*)*\s*auditor:\s*allow\b[ \t]*(?P<code>\S*)[ \t]*(?P<reason>[^\n]*)", re.MULTILINE
)


def allowance_in(comment: str, line: int, column: int, lines: tuple[int, int]) -> InlineAllowance | None:
    """The allowance that a comment is, or None.

    Args:
        comment: with what opens and closes it.
        line: where it stands, from 1.
        column: likewise.
        lines: what it is about, 1-based, both included.
    """
    found = _ALLOW.match(comment)
    if found is None:
        return None
    reason = found["reason"].strip().removesuffix("*/").strip(" \t-:,")
    return InlineAllowance(found["code"].strip(":,"), reason, line, column, lines)
