"""A unified diff as lines for a page: one below the other, or what was beside what is."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from typing import Any

LONGEST = 400
"""Characters of a line in which the words that differ are marked."""

ALIKE = 0.4
"""How much alike (0 to 1) two lines are whose differing words are marked."""

_HUNK = re.compile(r"@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@")
_WORDS = re.compile(r"\w+|\s+|.", re.DOTALL)

Pieces = list[tuple[str, bool]]
"""Texts of a line, each with whether it differs from the other side."""


def unified(diff: str) -> list[dict[str, str]]:
    """Lines with their kind (`add`, `del`, `at` or none), without the headings and the common indent."""
    kinds = {"+": "add", "-": "del", "@": "at"}
    return [{"kind": kinds.get(line[:1], ""), "text": line} for line in _lines(diff)]


def sides(diff: str) -> list[dict[str, Any]]:
    """Rows of two cells, each with its number (None: nothing is there) and pieces.

    `kind` of a row is `same`, `changed`, `only-left`, `only-right` or `gap` (same lines, left out).
    """
    rows: list[dict[str, Any]] = []
    gone: list[tuple[int, str]] = []
    come: list[tuple[int, str]] = []
    left = right = 1
    for line in _lines(diff):
        found = _HUNK.match(line)
        if found is not None or line[:1] not in ("-", "+"):
            rows += _beside(gone, come)
            gone, come = [], []
        if found is not None:
            left, right = int(found[1]), int(found[2])
            rows.append({"kind": "gap", "left": _cell(left, []), "right": _cell(right, [])})
        elif line[:1] == "-":
            gone.append((left, line[1:]))
            left += 1
        elif line[:1] == "+":
            come.append((right, line[1:]))
            right += 1
        else:
            text = [(line[1:], False)]
            rows.append({"kind": "same", "left": _cell(left, text), "right": _cell(right, text)})
            left, right = left + 1, right + 1
    return rows + list(_beside(gone, come))


# Private


def _lines(diff: str) -> list[str]:
    """Without the two headings, and without the indent that all lines have."""
    lines = diff.rstrip("\n").split("\n")
    if len(lines) > 1 and lines[0].startswith("--- ") and lines[1].startswith("+++ "):
        lines = lines[2:]
    texts = [line[1:] for line in lines if not _HUNK.match(line) and line[1:].strip()]
    indent = min((len(text) - len(text.lstrip(" ")) for text in texts), default=0)
    return [line if _HUNK.match(line) else line[:1] + line[1 + indent :] for line in lines]


def _beside(gone: list[tuple[int, str]], come: list[tuple[int, str]]) -> Iterator[dict[str, Any]]:
    """Lines that went beside those that came: those that are alike, in order; the others alone."""
    at = 0
    for number, text in gone:
        partner = next((n for n in range(at, len(come)) if _alike(text, come[n][1])), None)
        if partner is None:
            yield {"kind": "only-left", "left": _cell(number, [(text, False)]), "right": _cell(None, [])}
            continue
        yield from _alone(come[at:partner])
        old, new = _marked(text, come[partner][1])
        yield {"kind": "changed", "left": _cell(number, old), "right": _cell(come[partner][0], new)}
        at = partner + 1
    yield from _alone(come[at:])


def _alone(come: list[tuple[int, str]]) -> Iterator[dict[str, Any]]:
    for number, text in come:
        yield {"kind": "only-right", "left": _cell(None, []), "right": _cell(number, [(text, False)])}


def _cell(number: int | None, pieces: Pieces) -> dict[str, Any]:
    return {"number": number, "pieces": pieces}


def _alike(old: str, new: str) -> bool:
    if max(len(old), len(new)) > LONGEST or not old.strip() or not new.strip():
        return False
    matcher = difflib.SequenceMatcher(None, old.strip(), new.strip(), autojunk=False)
    return matcher.real_quick_ratio() > ALIKE and matcher.quick_ratio() > ALIKE and matcher.ratio() > ALIKE


def _marked(old: str, new: str) -> tuple[Pieces, Pieces]:
    """Both lines, the words that the other one lacks marked."""
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    left: Pieces = []
    right: Pieces = []
    for tag, a, b, c, d in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        for pieces, words in ((left, before[a:b]), (right, after[c:d])):
            if words:
                pieces.append(("".join(words), tag != "equal"))
    return left, right
